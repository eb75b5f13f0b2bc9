package io.github.dl4jep.likelihood;

/** Range checks of configuration numbers, written so that NaN fails. */
final class Checks {

    private Checks() {}

    static double positive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed are positive finite numbers");
        }
        return value;
    }

    static double share(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed is [0, 1)");
        }
        return value;
    }

    static double notNegative(String name, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed are 0 and positive finite numbers");
        }
        return value;
    }
}
