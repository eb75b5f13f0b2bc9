package io.github.dl4jep.loss;

import io.github.dl4jep.density.DirectionLikelihood;
import io.github.dl4jep.density.HingeLikelihood;
import io.github.dl4jep.density.LaplaceLikelihood;
import io.github.dl4jep.density.Link;
import io.github.dl4jep.density.MixtureDensityLikelihood;
import io.github.dl4jep.density.PoissonLikelihood;
import io.github.dl4jep.density.RelativeLaplaceLikelihood;
import io.github.dl4jep.density.SparseLabels;
import io.github.dl4jep.likelihood.BinaryLikelihood;
import io.github.dl4jep.likelihood.CategoricalLikelihood;
import io.github.dl4jep.likelihood.ClassLikelihood;
import io.github.dl4jep.likelihood.GaussianLikelihood;
import io.github.dl4jep.likelihood.IndependentClassLikelihood;
import io.github.dl4jep.likelihood.Likelihood;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossCosineProximity;
import org.nd4j.linalg.lossfunctions.impl.LossFMeasure;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossKLD;
import org.nd4j.linalg.lossfunctions.impl.LossL1;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMAPE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossMSLE;
import org.nd4j.linalg.lossfunctions.impl.LossMixtureDensity;
import org.nd4j.linalg.lossfunctions.impl.LossMultiLabel;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;
import org.nd4j.linalg.lossfunctions.impl.LossPoisson;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSquaredHinge;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;

/** Which likelihood stands for which DL4J loss with which output activation: one registration line each. */
public final class Likelihoods {

    private static final Map<Class<?>, BiFunction<ILossFunction, IActivation, Likelihood>> REGISTRY =
            Collections.synchronizedMap(new LinkedHashMap<>());

    static {
        register(LossMSE.class, (loss, f) -> Rules.squaredError(f, GaussianLikelihood::new));
        register(LossL2.class, (loss, f) -> Rules.squaredError(f, GaussianLikelihood::new));
        register(LossL1.class, (loss, f) -> Rules.around(f, LaplaceLikelihood::new));
        register(LossMAE.class, (loss, f) -> Rules.around(f, LaplaceLikelihood::new));
        register(LossMAPE.class, (loss, f) -> Rules.around(f, RelativeLaplaceLikelihood::new));
        register(LossMSLE.class, (loss, f) -> Rules.logarithmicError(f));
        register(LossPoisson.class, (loss, f) -> Rules.counts(f));
        register(LossLogPoisson.class, (loss, f) -> Rules.logarithms(f, () -> new PoissonLikelihood(Link.EXPONENTIAL)));
        register(LossMCXENT.class, (loss, f) -> Rules.classes(f));
        register(LossNegativeLogLikelihood.class, (loss, f) -> Rules.classes(f));
        register(LossKLD.class, (loss, f) -> Rules.classes(f));
        register(LossSparseMCXENT.class, (loss, f) -> Rules.sparseClasses(f));
        register(LossBinaryXENT.class, (loss, f) -> Rules.classes(f));
        register(LossHinge.class, (loss, f) -> Rules.around(f, HingeLikelihood::new));
        register(LossSquaredHinge.class, (loss, f) -> Rules.around(f, () -> new HingeLikelihood(true)));
        register(LossCosineProximity.class, (loss, f) -> Rules.around(f, DirectionLikelihood::new));
        register(
                LossMixtureDensity.class,
                (loss, f) -> Rules.identityOnly(
                        f, () -> new MixtureDensityLikelihood(loss.getNMixtures(), loss.getLabelWidth())));
        register(LossWasserstein.class, (loss, f) -> {
            throw Rules.refused(
                    "it has no smallest value, and is for the critic of an adversarial pair only; use the binary"
                            + " cross-entropy loss (XENT) with a sigmoid, as the first adversarial networks did");
        });
        register(LossFMeasure.class, (loss, f) -> {
            throw Rules.refused("it is no sum over examples, and so no probability of their labels; use the binary"
                    + " cross-entropy loss (XENT) with a sigmoid");
        });
        register(LossMultiLabel.class, (loss, f) -> {
            throw Rules.refused("it compares pairs of outputs, which are no probability of the labels; use the binary"
                    + " cross-entropy loss (XENT) with a sigmoid");
        });
    }

    private Likelihoods() {}

    /**
     * Makes a loss known, your own or one of DL4J's, which it replaces.
     *
     * @param loss the class of the loss
     * @param rule the likelihood of a loss and its output activation; throws an {@link UnsupportedOperationException} that says why, where
     *     there is none
     * @param <L> type of the loss
     */
    public static <L extends ILossFunction> void register(Class<L> loss, BiFunction<L, IActivation, Likelihood> rule) {
        REGISTRY.put(loss, (given, activation) -> rule.apply(loss.cast(given), activation));
    }

    /**
     * The likelihood that a DL4J output layer's loss and activation stand for.
     *
     * @param loss the loss function
     * @param activation the output activation
     * @return the likelihood with its default settings
     * @throws UnsupportedOperationException if there is none; says why, and what to use
     */
    public static Likelihood of(ILossFunction loss, IActivation activation) {
        String name = loss.getClass().getSimpleName();
        BiFunction<ILossFunction, IActivation, Likelihood> rule = REGISTRY.get(loss.getClass());
        if (rule == null) {
            throw new UnsupportedOperationException("loss " + name + " is none of DL4J's, so that its likelihood is not"
                    + " known; write its log density, which is minus the loss up to a constant, and register it:\n"
                    + "  public final class MyLikelihood extends io.github.dl4jep.density.ScalarLikelihood {\n"
                    + "      @Override protected double logDensity(double label, double potential, double[] scales)"
                    + " { return ...; } }\n"
                    + "  io.github.dl4jep.loss.Likelihoods.register(" + name
                    + ".class, (loss, activation) -> new MyLikelihood());");
        }
        try {
            return rule.apply(loss, activation);
        } catch (UnsupportedOperationException e) {
            throw new UnsupportedOperationException(
                    "loss " + name + " with output activation "
                            + activation.getClass().getSimpleName() + " has no likelihood: " + e.getMessage(),
                    e);
        }
    }

    /**
     * The likelihood of an output layer that has weights: that of {@link #of}, but for
     * classes {@link ClassLikelihood}.
     *
     * @param loss the loss function
     * @param activation the output activation
     * @return the likelihood with its default settings
     * @throws UnsupportedOperationException if there is none; says why, and what to use
     */
    public static Likelihood ofWeights(ILossFunction loss, IActivation activation) {
        return taught(of(loss, activation));
    }

    private static Likelihood taught(Likelihood likelihood) {
        if (likelihood instanceof SparseLabels sparse) {
            return new SparseLabels(taught(sparse.getLikelihood()));
        }
        if (likelihood instanceof CategoricalLikelihood) {
            return new ClassLikelihood();
        }
        return likelihood instanceof BinaryLikelihood ? new IndependentClassLikelihood() : likelihood;
    }

    /**
     * The per-output weights of a DL4J loss.
     *
     * @param loss the loss function
     * @return weights, [1, label columns], or null if the loss has none
     */
    public static @Nullable INDArray outputWeights(ILossFunction loss) {
        if (loss instanceof LossMCXENT crossEntropy) {
            return crossEntropy.getWeights();
        }
        if (loss instanceof LossL2 squared) {
            return squared.getWeights();
        }
        if (loss instanceof LossL1 absolute) {
            return absolute.getWeights();
        }
        if (loss instanceof LossMAPE relative) {
            return relative.getWeights();
        }
        if (loss instanceof LossMSLE logarithmic) {
            return logarithmic.getWeights();
        }
        return loss instanceof LossBinaryXENT binary ? binary.getWeights() : null;
    }

    /**
     * Throws unless a loss's weights are numbers from 0 on, one for each label column or class, and not all 0.
     *
     * @param loss the loss function
     * @param likelihood the likelihood that stands for it
     * @param outputs number of outputs
     * @throws UnsupportedOperationException says which weight, and what is allowed
     */
    public static void requireWeights(ILossFunction loss, Likelihood likelihood, int outputs) {
        INDArray weights = outputWeights(loss);
        if (weights == null) {
            return;
        }
        String start = "loss " + loss.getClass().getSimpleName() + " has ";
        int columns = likelihood.weightColumns(outputs);
        if (weights.length() != columns) {
            throw new UnsupportedOperationException(
                    start + weights.length() + " weight(s), allowed is one for each label column or class: " + columns);
        }
        for (int i = 0; i < columns; i++) {
            double weight = weights.getDouble(i);
            if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
                throw new UnsupportedOperationException(start + "the weight " + weight + " at place " + i
                        + ", allowed are finite numbers, 0 (not learned from) and more");
            }
        }
        if (weights.sumNumber().doubleValue() == 0) {
            throw new UnsupportedOperationException(start
                    + "weights of 0 only, so that nothing is learned from; give at least one label a weight above 0");
        }
    }
}
