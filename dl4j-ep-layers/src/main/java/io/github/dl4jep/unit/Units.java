package io.github.dl4jep.unit;

import io.github.dl4jep.activation.ActivationBernoulliProbit;
import io.github.dl4jep.activation.ActivationBernoulliSigmoid;
import io.github.dl4jep.activation.ActivationHeaviside;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationPReLU;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationSwish;

/** Which unit stands for which DL4J activation: one registration line each; quadrature for everything else. */
public final class Units {

    private static final double RELU_LIKE = 2;

    private static final Map<Class<?>, Function<IActivation, Unit>> REGISTRY = new LinkedHashMap<>();

    static {
        register(ActivationIdentity.class, a -> new IdentityUnit());
        register(ActivationReLU.class, Units::relu);
        register(ActivationLReLU.class, a -> new LeakyReluUnit(a.getAlpha()));
        // In DL4J a randomized leaky ReLU has a fixed slope, the mean of its bounds, whenever it does not train.
        register(ActivationRReLU.class, a -> new LeakyReluUnit((a.getL() + a.getU()) / 2));
        register(ActivationReLU6.class, Units::reluLike);
        register(ActivationELU.class, Units::reluLike);
        register(ActivationSELU.class, a -> new QuadratureUnit(a));
        register(ActivationGELU.class, Units::reluLike);
        register(ActivationSwish.class, Units::reluLike);
        register(ActivationMish.class, Units::reluLike);
        register(ActivationSoftPlus.class, a -> reluLike(new SoftPlus()));
        register(ActivationHeaviside.class, a -> new SpikingUnit(a, 0));
        register(ActivationBernoulliProbit.class, a -> new SpikingUnit(a, a.getNoiseVariance()));
        register(ActivationBernoulliSigmoid.class, a -> new SpikingUnit(a, SpikingUnit.SIGMOID_NOISE_VARIANCE));
    }

    private Units() {}

    private static <A extends IActivation> void register(Class<A> type, Function<A, Unit> factory) {
        REGISTRY.put(type, activation -> factory.apply(type.cast(activation)));
    }

    /**
     * The unit for an activation.
     *
     * @param activation any elementwise activation without parameters, the user's own included
     * @return its unit; quadrature where there is no closed form
     * @throws UnsupportedOperationException if the activation is not elementwise or has parameters
     */
    public static Unit of(IActivation activation) {
        if (activation instanceof ActivationSoftmax) {
            throw new UnsupportedOperationException("softmax is not elementwise, so it has no moments as a hidden unit;"
                    + " it is supported as the output of a cross-entropy loss");
        }
        if (activation instanceof ActivationPReLU || activation.numParams(1) != 0) {
            throw new UnsupportedOperationException(activation.getClass().getSimpleName()
                    + " has trainable parameters, for which there is no posterior; use LReLU or ReLU instead");
        }
        Function<IActivation, Unit> factory = REGISTRY.get(activation.getClass());
        return factory == null ? new QuadratureUnit(activation) : factory.apply(activation);
    }

    private static Unit relu(ActivationReLU activation) {
        boolean plain = isZeroOrUnset(activation.getThreshold())
                && isZeroOrUnset(activation.getNegativeSlope())
                && activation.getMax() == null;
        if (plain) {
            return new ReluUnit();
        }
        return reluLike(activation);
    }

    private static boolean isZeroOrUnset(@org.jspecify.annotations.Nullable Double value) {
        return value == null || value == 0;
    }

    private static Unit reluLike(IActivation activation) {
        return new QuadratureUnit(activation, QuadratureUnit.DEFAULT_NODES, RELU_LIKE);
    }
}
