package io.github.dl4jep.compact;

/** Brings the potentials of a block, [outputs][rows], into the form in which they are asked for. */
final class Outputs {

    private Outputs() {}

    static void classes(double[][] potentials, int from, int[] classes) {
        double[] largest = potentials[0].clone();
        for (int j = 1; j < potentials.length; j++) {
            double[] candidate = potentials[j];
            for (int row = 0; row < largest.length; row++) {
                if (candidate[row] > largest[row]) {
                    largest[row] = candidate[row];
                    classes[from + row] = j;
                }
            }
        }
    }

    static void rows(double[][] potentials, int from, double[][] rows) {
        for (int j = 0; j < potentials.length; j++) {
            for (int row = 0; row < potentials[j].length; row++) {
                rows[from + row][j] = potentials[j][row];
            }
        }
    }
}
