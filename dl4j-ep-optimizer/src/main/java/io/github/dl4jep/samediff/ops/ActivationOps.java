package io.github.dl4jep.samediff.ops;

import io.github.dl4jep.samediff.plan.OpReading;
import io.github.dl4jep.samediff.plan.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationRationalTanh;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationRectifiedTanh;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ops.ScalarOp;

/** Units: DL4J's activations where there is one of the same function, else the op itself. */
public final class ActivationOps {

    private static final Map<String, Function<OpReading, IActivation>> REGISTRY = new LinkedHashMap<>();

    static {
        REGISTRY.put("relu", op -> scalar(op) == 0 ? new ActivationReLU() : ActivationOfOp.of(op));
        REGISTRY.put("relu6", op -> scalar(op) == 0 ? new ActivationReLU6() : ActivationOfOp.of(op));
        REGISTRY.put("leakyrelu", op -> new ActivationLReLU(scalar(op)));
        REGISTRY.put("tanh", op -> new ActivationTanH());
        REGISTRY.put("sigmoid", op -> new ActivationSigmoid());
        REGISTRY.put("softplus", op -> new ActivationSoftPlus());
        REGISTRY.put("elu", op -> new ActivationELU(op.numbers().length == 0 ? 1 : op.numbers()[0]));
        REGISTRY.put("selu", op -> new ActivationSELU());
        REGISTRY.put("gelu", op -> new ActivationGELU(false));
        REGISTRY.put("precise_gelu", op -> new ActivationGELU(true));
        REGISTRY.put("swish", op -> new ActivationSwish());
        REGISTRY.put("mish", op -> new ActivationMish());
        REGISTRY.put("softsign", op -> new ActivationSoftSign());
        REGISTRY.put("cube", op -> new ActivationCube());
        REGISTRY.put("hardtanh", op -> new ActivationHardTanH());
        REGISTRY.put("hard_sigmoid", op -> new ActivationHardSigmoid());
        REGISTRY.put("rational_tanh", op -> new ActivationRationalTanh());
        REGISTRY.put("rectified_tanh", op -> new ActivationRectifiedTanh());
    }

    private ActivationOps() {}

    /** Whether DL4J has an activation of the same function. */
    public static boolean isKnown(String opName) {
        return REGISTRY.containsKey(opName);
    }

    /** A unit, joined to the linear map before it where nothing else reads that. */
    static Value unit(OpReading op) {
        Function<OpReading, IActivation> known = REGISTRY.get(op.opName());
        return place(op, known == null ? ActivationOfOp.of(op) : known.apply(op));
    }

    /** A softmax, for the loss after it. */
    static Value softmax(OpReading op) {
        op.requireRank(0, 2);
        return op.layer(layer(new ActivationSoftmax()), op.activation(0));
    }

    private static Value.Activation place(OpReading op, IActivation activation) {
        Value.Activation input = op.activation(0);
        if (input.vertex().isLinear() && !input.vertex().isShared()) {
            input.vertex().activate(activation);
            return input;
        }
        return op.layer(layer(activation), input);
    }

    private static ActivationLayer layer(IActivation activation) {
        return new ActivationLayer.Builder().activation(activation).build();
    }

    private static double scalar(OpReading op) {
        return op.function() instanceof ScalarOp scalar && scalar.scalar() != null
                ? scalar.scalar().getDouble(0)
                : op.numbers().length == 0 ? 0 : op.numbers()[0];
    }
}
