package io.github.dl4jep.cli.metric;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Mean negative log likelihood of the true classes, in nats. */
final class NegativeLogLikelihood {
    private NegativeLogLikelihood() {}

    /**
     * Computes \( -\frac{1}{n} \sum_i \ln p_i \), where \( p_i \) is the probability given to the true class of row i.
     *
     * <p>A probability of exactly 0, which single precision gives below 1.4e-45, counts as that smallest float (103.3
     * nats): the true value is at least as bad, but finite.
     *
     * @param probabilities {@code [rows, classes]}
     * @param labels {@code [rows, classes]}, one-hot
     * @return the mean, at least 0
     */
    static double of(INDArray probabilities, INDArray labels) {
        int[] truth = labels.argMax(1).toIntVector();
        double sum = 0;
        for (int row = 0; row < truth.length; row++) {
            sum -= Math.log(Math.max(probabilities.getDouble(row, truth[row]), Float.MIN_VALUE));
        }
        return sum / truth.length;
    }
}
