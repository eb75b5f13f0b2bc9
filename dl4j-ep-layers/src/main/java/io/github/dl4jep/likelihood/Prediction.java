package io.github.dl4jep.likelihood;

import java.io.Serializable;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a network predicts for a batch, with its uncertainty. Shapes: [minibatch, outputs] where not said otherwise; where a label has
 * several outputs, as its mean and its noise, mean and variances are [minibatch, label columns].
 *
 * <p>For regression, mean and variances are in the units of the labels that the network was trained on. For classification
 * they are those of the output potentials, before they become probabilities.
 *
 * @param mean predictive mean
 * @param epistemicVariance variance that more data would remove: from the weights
 * @param aleatoricVariance variance of the noise, which stays
 * @param classProbabilities probability of each class (of each output, for independent binary outputs), or null for
 *     regression
 * @param entropy entropy of the predictive distribution, in nats, [minibatch, 1]
 * @serial exclude
 */
public record Prediction(
        INDArray mean,
        INDArray epistemicVariance,
        INDArray aleatoricVariance,
        @Nullable INDArray classProbabilities,
        INDArray entropy)
        implements Serializable {

    /**
     * The same prediction in arrays of another shape or kind.
     *
     * @param change what becomes of each array
     * @return a new prediction
     */
    public Prediction map(UnaryOperator<INDArray> change) {
        return new Prediction(
                change.apply(mean),
                change.apply(epistemicVariance),
                change.apply(aleatoricVariance),
                classProbabilities == null ? null : change.apply(classProbabilities),
                change.apply(entropy));
    }

    /**
     * One prediction of all rows.
     *
     * @param parts predictions of one output for some rows each, at least one
     * @return the rows of all parts, in order
     */
    public static Prediction concatenate(List<Prediction> parts) {
        return new Prediction(
                stack(parts, Prediction::mean),
                stack(parts, Prediction::epistemicVariance),
                stack(parts, Prediction::aleatoricVariance),
                parts.get(0).isClassification() ? stack(parts, Prediction::probabilities) : null,
                stack(parts, Prediction::entropy));
    }

    private static INDArray stack(List<Prediction> parts, Function<Prediction, INDArray> field) {
        return Nd4j.vstack(parts.stream().map(field).toArray(INDArray[]::new));
    }

    /**
     * Total predictive variance, epistemic and aleatoric.
     *
     * @return the variance, [minibatch, outputs]
     */
    public INDArray variance() {
        return epistemicVariance.add(aleatoricVariance);
    }

    /**
     * Tells whether this is a classification.
     *
     * @return true if there are class probabilities
     */
    public boolean isClassification() {
        return classProbabilities != null;
    }

    /**
     * The class probabilities of a classification.
     *
     * @return [minibatch, outputs]
     * @throws IllegalStateException for a regression
     */
    public INDArray probabilities() {
        if (classProbabilities == null) {
            throw new IllegalStateException("a regression has no class probabilities; use mean() and variance()");
        }
        return classProbabilities;
    }

    /**
     * What DL4J's {@code output()} returns: class probabilities, or the mean of a regression.
     *
     * @return [minibatch, outputs]
     */
    public INDArray output() {
        return classProbabilities == null ? mean : classProbabilities;
    }
}
