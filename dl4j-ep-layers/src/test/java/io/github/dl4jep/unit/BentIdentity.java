package io.github.dl4jep.unit;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** An activation that a user might bring, (sqrt(u^2 + 1) - 1) / 2 + u: not one of DL4J's. */
public final class BentIdentity extends BaseActivationFunction {

    private static final long serialVersionUID = 1L;

    /** For Jackson. */
    public BentIdentity() {}

    public static double value(double u) {
        return (Math.sqrt(u * u + 1) - 1) / 2 + u;
    }

    @Override
    public INDArray getActivation(INDArray in, boolean training) {
        INDArray bend = Transforms.sqrt(in.mul(in).addi(1), false).subi(1).divi(2);
        return in.addi(bend);
    }

    @Override
    public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
        throw new UnsupportedOperationException("not needed by expectation propagation");
    }
}
