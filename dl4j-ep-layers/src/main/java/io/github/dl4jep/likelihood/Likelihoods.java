package io.github.dl4jep.likelihood;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;

/** Which likelihood stands for which DL4J loss with which output activation: one registration line each. */
public final class Likelihoods {

    private record Pairing(Class<? extends ILossFunction> loss, Class<? extends IActivation> activation) {}

    private static final Map<Pairing, Supplier<Likelihood>> REGISTRY = new LinkedHashMap<>();

    static {
        register(LossMSE.class, ActivationIdentity.class, GaussianLikelihood::new);
        register(LossL2.class, ActivationIdentity.class, GaussianLikelihood::new);
        register(LossMCXENT.class, ActivationSoftmax.class, CategoricalLikelihood::new);
        register(LossNegativeLogLikelihood.class, ActivationSoftmax.class, CategoricalLikelihood::new);
        register(LossBinaryXENT.class, ActivationSigmoid.class, BinaryLikelihood::new);
    }

    private Likelihoods() {}

    private static void register(
            Class<? extends ILossFunction> loss,
            Class<? extends IActivation> activation,
            Supplier<Likelihood> likelihood) {
        REGISTRY.put(new Pairing(loss, activation), likelihood);
    }

    /**
     * The likelihood that a DL4J output layer's loss and activation stand for.
     *
     * @param loss the loss function
     * @param activation the output activation
     * @return the likelihood with its default settings
     * @throws UnsupportedOperationException if there is none; lists the pairs that there are
     */
    public static Likelihood of(ILossFunction loss, IActivation activation) {
        Supplier<Likelihood> supplier = REGISTRY.get(new Pairing(loss.getClass(), activation.getClass()));
        if (supplier == null) {
            throw new UnsupportedOperationException("loss " + loss.getClass().getSimpleName()
                    + " with output activation " + activation.getClass().getSimpleName()
                    + " has no likelihood; supported are " + supported());
        }
        return supplier.get();
    }

    /**
     * The likelihood of an output layer that has weights of normal posterior and one label for each example: that of {@link #of}, but for
     * one class of several {@link ClassLikelihood}.
     *
     * @param loss the loss function
     * @param activation the output activation
     * @return the likelihood with its default settings
     * @throws UnsupportedOperationException if there is none; lists the pairs that there are
     */
    public static Likelihood ofWeights(ILossFunction loss, IActivation activation) {
        Likelihood likelihood = of(loss, activation);
        return likelihood instanceof CategoricalLikelihood ? new ClassLikelihood() : likelihood;
    }

    /**
     * The per-output weights of a DL4J loss.
     *
     * @param loss the loss function
     * @return weights, [1, outputs], or null if the loss has none
     */
    public static @Nullable INDArray outputWeights(ILossFunction loss) {
        if (loss instanceof LossMCXENT crossEntropy) {
            return crossEntropy.getWeights();
        }
        if (loss instanceof LossL2 squared) {
            return squared.getWeights();
        }
        return loss instanceof LossBinaryXENT binary ? binary.getWeights() : null;
    }

    private static String supported() {
        StringBuilder pairs = new StringBuilder();
        for (Pairing pairing : REGISTRY.keySet()) {
            pairs.append(pairs.isEmpty() ? "" : ", ")
                    .append(pairing.loss().getSimpleName())
                    .append(" with ")
                    .append(pairing.activation().getSimpleName());
        }
        return pairs.toString();
    }
}
