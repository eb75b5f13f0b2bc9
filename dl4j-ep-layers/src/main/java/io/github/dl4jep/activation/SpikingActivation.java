package io.github.dl4jep.activation;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An activation whose values are spikes, 0 or 1: v ~ f(. | u).
 *
 * <p>A spike has no useful derivative, so {@link #backprop} uses a surrogate, stated by each subclass; expectation propagation
 * does without.
 *
 * <p>A potential that is NaN gives no spike, 0: the comparison with the threshold fails. Training does not hide it, because the
 * surrogate derivative is NaN there and so are the weights after the next update; but look at the weights or at the gradient, not
 * at the outputs.
 */
public abstract class SpikingActivation extends BaseActivationFunction {

    private static final long serialVersionUID = 1L;

    /**
     * Whether equal potentials can give different spikes.
     *
     * @return true if spikes are drawn
     */
    public abstract boolean isStochastic();

    /**
     * Replaces potentials by spikes.
     *
     * @param potentials u, overwritten
     * @return v in {0, 1}, the same array
     */
    protected abstract INDArray fire(INDArray potentials);

    /**
     * The surrogate derivative dv/du.
     *
     * @param potentials u, not changed
     * @return shaped as the potentials, a new array
     */
    protected abstract INDArray surrogateDerivative(INDArray potentials);

    /** Spikes; the same in training and inference. {@inheritDoc} */
    @Override
    public final INDArray getActivation(INDArray in, boolean training) {
        return fire(in);
    }

    /**
     * The gradient through the surrogate derivative.
     *
     * @param in potentials u, overwritten as DL4J allows
     * @param epsilon dL/dv, shaped as the potentials
     * @return dL/du, and null because there are no parameters
     */
    @Override
    public final Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
        assertShape(in, epsilon);
        INDArray gradient = surrogateDerivative(in).muli(epsilon);
        in.assign(gradient);
        return new Pair<>(in, null);
    }
}
