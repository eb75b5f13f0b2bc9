package io.github.dl4jep.unit;

import java.util.function.DoubleUnaryOperator;

/**
 * A unit with the function that it stands for, written out independently, and how near its moments must come.
 *
 * @param name what it is called in test reports
 * @param unit the unit under test
 * @param function f
 * @param kinks where f or its slope jumps
 * @param continuous whether f has no jumps, so that the gain is the expected slope
 * @param tolerance worst error in double precision, by the variance of the pre-activation; see {@link ExpectedMoments#error}
 */
record UnitCase(
        String name,
        Unit unit,
        DoubleUnaryOperator function,
        double[] kinks,
        boolean continuous,
        DoubleUnaryOperator tolerance) {

    @Override
    public String toString() {
        return name;
    }
}
