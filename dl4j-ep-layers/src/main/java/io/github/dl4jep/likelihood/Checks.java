package io.github.dl4jep.likelihood;

/** Range checks of configuration numbers, written so that NaN fails. */
public final class Checks {

    private Checks() {}

    static double positive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed are positive finite numbers");
        }
        return value;
    }

    /**
     * A share that is not all.
     *
     * @param name its name, for the message
     * @param value the share
     * @return the value
     * @throws IllegalArgumentException unless it is in [0, 1)
     */
    public static double share(String name, double value) {
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
