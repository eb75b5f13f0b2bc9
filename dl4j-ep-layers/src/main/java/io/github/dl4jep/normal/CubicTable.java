package io.github.dl4jep.normal;

import java.util.function.IntFunction;

/**
 * Functions of z on an even grid as cubic Hermite pieces with exact slopes, several side by side: four coefficients each per cell,
 * lowest power first, single precision.
 *
 * <p>Between the nodes the error is at most h^4 / 384 times the largest fourth derivative.
 */
final class CubicTable {

    /** Coefficients of one function in one cell. */
    static final int COEFFICIENTS = 4;

    private CubicTable() {}

    /**
     * Tabulates.
     *
     * @param cells number of cells; one more is added, because z just below the upper limit can round to it
     * @param functions number of functions
     * @param valuesAndSlopes for a node: per function its value and its slope per cell
     * @return coefficients, cell by cell
     */
    static float[] of(int cells, int functions, IntFunction<double[][]> valuesAndSlopes) {
        int width = COEFFICIENTS * functions;
        float[] table = new float[(cells + 1) * width];
        double[][] left = valuesAndSlopes.apply(0);
        for (int cell = 0; cell <= cells; cell++) {
            double[][] right = valuesAndSlopes.apply(cell + 1);
            for (int function = 0; function < functions; function++) {
                cubic(left[function], right[function], table, cell * width + COEFFICIENTS * function);
            }
            left = right;
        }
        return table;
    }

    /** Coefficients of the cubic in [0, 1] with these values and slopes at both ends. */
    private static void cubic(double[] left, double[] right, float[] table, int at) {
        double rise = right[0] - left[0];
        table[at] = (float) left[0];
        table[at + 1] = (float) left[1];
        table[at + 2] = (float) (3 * rise - 2 * left[1] - right[1]);
        table[at + 3] = (float) (left[1] + right[1] - 2 * rise);
    }
}
