package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.Rows;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A prediction in elementary functions of the potentials' mean w and variance V: mean \( a w + b \), epistemic variance \( a^2 V \),
 * aleatoric variance R, and for classes the probabilities of {@link Scores}.
 *
 * @param factor a, [1, outputs] or [1, 1]
 * @param offset b, as the factor
 * @param noise R, in squared units of the mean, as the factor
 * @param scores what class probabilities come from, or null for numbers
 */
public record PredictiveForm(
        INDArray factor,
        INDArray offset,
        INDArray noise,
        @Nullable Scores scores) {

    /**
     * Classes without noise in the potentials, which stay as they are.
     *
     * @param scores what the probabilities come from
     * @return the form
     */
    static PredictiveForm ofScores(Scores scores) {
        INDArray zero = Nd4j.zeros(DataType.DOUBLE, 1, 1);
        return new PredictiveForm(Nd4j.ones(DataType.DOUBLE, 1, 1), zero, zero, scores);
    }

    /** One of the scales that probabilities are a mean over: scores \( b + k\,u \) of standardised potentials u. */
    public static final class Scale {

        private final double weight;
        private final double[] factor;
        private final double[] offset;

        /** Weight; k and b, of each output or one for all. */
        Scale(double weight, double[] factor, double[] offset) {
            this.weight = weight;
            this.factor = factor.clone();
            this.offset = offset.clone();
        }

        /**
         * The weight.
         *
         * @return a part; those of all scales sum to 1
         */
        public double weight() {
            return weight;
        }

        /**
         * The factors.
         *
         * @return k of each output, or one for all; a copy
         */
        public double[] factor() {
            return factor.clone();
        }

        /**
         * The offsets.
         *
         * @return b of each output, or one for all; a copy
         */
        public double[] offset() {
            return offset.clone();
        }

        /** The score of an output. */
        private double of(double standardised, int output) {
            return offset[offset.length == 1 ? 0 : output] + factor[factor.length == 1 ? 0 : output] * standardised;
        }
    }

    /**
     * The mean, over scales, of the softmax or sigmoid of scores \( b + k\, w / \sqrt{c + d V} \). A softmax sees differences of
     * potentials only, so that all classes of an example have one V, the mean of their variances: divided by different numbers, potentials
     * that differ by what they have in common would have other probabilities.
     *
     * <p>Immutable.
     */
    public static final class Scores {

        private final boolean independent;
        private final List<Scale> scales;
        private final double added;
        private final double[] share;

        /** Whether each output has a sigmoid of its own; at least one scale; c; d, of each output or one for all. */
        Scores(boolean independent, List<Scale> scales, double added, double[] share) {
            this.independent = independent;
            this.scales = List.copyOf(scales);
            this.added = added;
            this.share = share.clone();
        }

        /**
         * What scores become.
         *
         * @return true for a sigmoid of each output, false for the softmax of all
         */
        public boolean independent() {
            return independent;
        }

        /**
         * The scales.
         *
         * @return at least one
         */
        public List<Scale> scales() {
            return scales;
        }

        /**
         * What is added to the variance.
         *
         * @return c
         */
        public double added() {
            return added;
        }

        /**
         * The share of the variance.
         *
         * @return d of each output, or one for all; a copy
         */
        public double[] share() {
            return share.clone();
        }

        /**
         * What the mean probabilities of a softmax or sigmoid over normal potentials nearly are: scores \( b + k\, w / \sqrt{1 + \pi \gamma V / 8}
         * \) (MacKay 1992), where the share \( \gamma \) of the variance counts.
         *
         * @param independent true for a sigmoid of each output, false for the softmax of all
         * @param scales at least one
         * @param counted gamma, of each output or one for all
         * @return the scores
         */
        static Scores moderated(boolean independent, List<Scale> scales, double[] counted) {
            return new Scores(
                    independent,
                    scales,
                    1,
                    Arrays.stream(counted).map(gamma -> gamma * Math.PI / 8).toArray());
        }

        /**
         * The scores of potentials by one scale.
         *
         * @param scale the scale
         * @param mean w, [minibatch, outputs]
         * @param variance V, [minibatch, outputs]
         * @return scores, [minibatch, outputs], double
         */
        INDArray of(Scale scale, INDArray mean, INDArray variance) {
            double[] scores = standardised(mean, variance);
            int rows = mean.rows();
            for (int i = 0; i < scores.length; i++) {
                scores[i] = scale.of(scores[i], i / rows);
            }
            return Rows.matrix(scores, rows, mean.columns());
        }

        /** \( w / \sqrt{c + d V} \), column by column. */
        private double[] standardised(INDArray mean, INDArray variance) {
            double[] standardised = Rows.columns(mean);
            double[] v = independent ? Rows.columns(variance) : meanOfRows(Rows.columns(variance), mean.rows());
            int rows = mean.rows();
            for (int i = 0; i < standardised.length; i++) {
                standardised[i] /= Math.sqrt(added + share[share.length == 1 ? 0 : i / rows] * v[i % v.length]);
            }
            return standardised;
        }

        /**
         * The logarithms of the mean probabilities.
         *
         * @param mean w, [minibatch, outputs]
         * @param variance V, [minibatch, outputs]
         * @return log probabilities, [minibatch, outputs], double
         */
        INDArray logProbabilities(INDArray mean, INDArray variance) {
            return logProbabilities(mean, variance, null);
        }

        /**
         * The logarithms of some of the mean probabilities.
         *
         * @param mean w, [minibatch, outputs]
         * @param variance V, [minibatch, outputs]
         * @param labels those where it is 0 are not computed, and 0 in the result; null for all
         * @return log probabilities, [minibatch, outputs], double
         */
        INDArray logProbabilities(INDArray mean, INDArray variance, @Nullable INDArray labels) {
            double[] logs = standardised(mean, variance);
            double[] wanted = labels == null ? null : Rows.columns(labels);
            int rows = mean.rows();
            for (int n = 0; n < rows; n++) {
                double[][] ofScales = logsByScale(logs, n, rows);
                for (int c = 0; c < ofScales[0].length; c++) {
                    int i = c * rows + n;
                    logs[i] = wanted == null || wanted[i] != 0 ? logOfMean(ofScales, c) : 0;
                }
            }
            return Rows.matrix(logs, rows, logs.length / rows);
        }

        /**
         * The mean probabilities.
         *
         * @param mean w, [minibatch, outputs]
         * @param variance V, [minibatch, outputs]
         * @return probabilities, column by column
         */
        double[] probabilities(INDArray mean, INDArray variance) {
            double[] probabilities = standardised(mean, variance);
            int rows = mean.rows();
            for (int n = 0; n < rows; n++) {
                double[][] ofScales = logsByScale(probabilities, n, rows);
                for (int c = 0; c < ofScales[0].length; c++) {
                    double sum = 0;
                    for (int i = 0; i < ofScales.length; i++) {
                        sum += scales.get(i).weight() * Math.exp(ofScales[i][c]);
                    }
                    probabilities[c * rows + n] = sum;
                }
            }
            return probabilities;
        }

        /** Log probabilities of one row by each scale. */
        private double[][] logsByScale(double[] standardised, int row, int rows) {
            ClassProbabilities kind = independent ? ClassProbabilities.INDEPENDENT : ClassProbabilities.ONE_OF_MANY;
            double[][] ofScales = new double[scales.size()][];
            double[] scores = new double[standardised.length / rows];
            for (int i = 0; i < ofScales.length; i++) {
                for (int c = 0; c < scores.length; c++) {
                    scores[c] = scales.get(i).of(standardised[c * rows + row], c);
                }
                ofScales[i] = kind.logProbabilities(scores);
            }
            return ofScales;
        }

        /** \( \log \sum_i \omega_i e^{l_i} \), without loss where all are near 0, and a probability near 1, or all very negative. */
        private double logOfMean(double[][] logs, int at) {
            double largest = Double.NEGATIVE_INFINITY;
            for (double[] log : logs) {
                largest = Math.max(largest, log[at]);
            }
            double more = 0;
            for (int i = 0; i < logs.length; i++) {
                more += scales.get(i).weight() * Math.expm1(logs[i][at] - largest);
            }
            return largest + Math.log1p(more);
        }

        private static double[] meanOfRows(double[] columns, int rows) {
            double[] mean = new double[rows];
            double share = (double) rows / columns.length;
            for (int i = 0; i < columns.length; i++) {
                mean[i % rows] += share * columns[i];
            }
            return mean;
        }
    }
}
