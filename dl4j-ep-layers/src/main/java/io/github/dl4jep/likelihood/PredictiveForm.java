package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.Rows;
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

    /**
     * Scores \( b + k\, w / \sqrt{c + d V} \), whose softmax or sigmoid are the class probabilities. A softmax sees differences of
     * potentials only, so that all classes of an example have one V, the mean of their variances: divided by different numbers, potentials
     * that differ by what they have in common would have other probabilities.
     *
     * @param independent true for a sigmoid of each output, false for the softmax of all
     * @param factor k, [1, outputs] or [1, 1]
     * @param offset b, as the factor
     * @param added c
     * @param share d, as the factor
     */
    public record Scores(boolean independent, INDArray factor, INDArray offset, double added, INDArray share) {

        /**
         * What the mean probabilities of a softmax or sigmoid over normal potentials nearly are: \( b + k\, w / \sqrt{1 + \pi \gamma V / 8}
         * \) (MacKay 1992), where the share \( \gamma \) of the variance counts.
         *
         * @param independent true for a sigmoid of each output, false for the softmax of all
         * @param factor k, [1, outputs] or [1, 1]
         * @param offset b, [1, outputs] or [1, 1]
         * @param counted gamma, as the factor
         * @return the scores
         */
        static Scores moderated(boolean independent, INDArray factor, INDArray offset, INDArray counted) {
            return new Scores(independent, factor, offset, 1, counted.mul(Math.PI / 8));
        }

        /**
         * The scores of potentials.
         *
         * @param mean w, [minibatch, outputs]
         * @param variance V, [minibatch, outputs]
         * @return scores, [minibatch, outputs], double
         */
        INDArray of(INDArray mean, INDArray variance) {
            double[] scores = Rows.columns(mean);
            double[] v = independent ? Rows.columns(variance) : meanOfRows(Rows.columns(variance), mean.rows());
            double[] k = Rows.flat(factor);
            double[] b = Rows.flat(offset);
            double[] d = Rows.flat(share);
            int rows = mean.rows();
            for (int i = 0; i < scores.length; i++) {
                double standardised = scores[i] / Math.sqrt(added + d[d.length == 1 ? 0 : i / rows] * v[i % v.length]);
                scores[i] = b[b.length == 1 ? 0 : i / rows] + k[k.length == 1 ? 0 : i / rows] * standardised;
            }
            return Rows.matrix(scores, rows, mean.columns());
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
