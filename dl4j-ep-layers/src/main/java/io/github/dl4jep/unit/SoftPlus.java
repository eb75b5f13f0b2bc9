package io.github.dl4jep.unit;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Softplus as max(u, 0) + log(1 + exp(-|u|)). DL4J's own, log(1 + exp(u)), is infinite from u = 89 on in single precision, which
 * the outer quadrature nodes reach long before a potential does.
 */
final class SoftPlus extends BaseActivationFunction {

    private static final long serialVersionUID = 1L;

    @Override
    public INDArray getActivation(INDArray in, boolean training) {
        INDArray rest = Transforms.exp(Transforms.abs(in, true).negi(), false);
        return Transforms.relu(in, false).addi(Transforms.log(rest.addi(1), false));
    }

    @Override
    public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
        throw new UnsupportedOperationException("a unit has no back-propagation");
    }
}
