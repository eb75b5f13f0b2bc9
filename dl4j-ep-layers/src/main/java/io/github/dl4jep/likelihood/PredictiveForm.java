package io.github.dl4jep.likelihood;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

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
     * Scores \( k\, w / \sqrt{c + d V} \), whose softmax or sigmoid are the class probabilities.
     *
     * @param independent true for a sigmoid of each output, false for the softmax of all
     * @param factor k
     * @param added c
     * @param share d
     */
    public record Scores(boolean independent, double factor, double added, double share) {

        /**
         * The softmax whose mean over normal potentials is close to that of \( w / \sqrt{1 + \pi V / 8} \) (MacKay 1992).
         *
         * @param factor k
         * @return the scores
         */
        static Scores moderated(double factor) {
            return new Scores(false, factor, 1, Math.PI / 8);
        }

        /** The scores of potentials, [minibatch, outputs]. */
        INDArray of(INDArray mean, INDArray variance) {
            INDArray deviation = Transforms.sqrt(variance.mul(share).addi(added), false);
            return mean.div(deviation).muli(factor);
        }
    }
}
