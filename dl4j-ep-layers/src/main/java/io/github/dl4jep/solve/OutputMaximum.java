package io.github.dl4jep.solve;

/** What is at the most probable potentials of a batch. Arrays are [rows, outputs], one output after the other, the arrays themselves. */
public final class OutputMaximum {

    private final double[] potentials;
    private final double[] shift;
    private final double[] probabilities;

    /**
     * A maximum.
     *
     * @param potentials l
     * @param shift z
     * @param probabilities p of l
     */
    public OutputMaximum(double[] potentials, double[] shift, double[] probabilities) {
        this.potentials = potentials;
        this.shift = shift;
        this.probabilities = probabilities;
    }

    /**
     * The potentials there.
     *
     * @return l
     */
    public double[] potentials() {
        return potentials;
    }

    /**
     * How far the potentials move, per unit of their covariance.
     *
     * @return z
     */
    public double[] shift() {
        return shift;
    }

    /**
     * Probabilities of the potentials.
     *
     * @return p
     */
    public double[] probabilities() {
        return probabilities;
    }
}
