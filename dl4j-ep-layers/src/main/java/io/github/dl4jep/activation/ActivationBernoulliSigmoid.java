package io.github.dl4jep.activation;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A stochastic spike: \( P(v = 1 \mid u) = 1 / (1 + e^{-u}) \).
 *
 * <p>Surrogate derivative for back-propagation: that of the mean, p (1 - p).
 *
 * <p>Quality: Preview.
 */
public class ActivationBernoulliSigmoid extends SpikingActivation {

    private static final long serialVersionUID = 1L;

    /** A unit. Also for Jackson. */
    public ActivationBernoulliSigmoid() {}

    @Override
    public boolean isStochastic() {
        return true;
    }

    @Override
    protected INDArray fire(INDArray potentials) {
        INDArray uniform = Nd4j.rand(potentials.dataType(), potentials.shape());
        return potentials.assign(uniform.lt(Transforms.sigmoid(potentials, false)));
    }

    @Override
    protected INDArray surrogateDerivative(INDArray potentials) {
        INDArray p = Transforms.sigmoid(potentials, true);
        return p.muli(p.rsub(1));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ActivationBernoulliSigmoid;
    }

    @Override
    public int hashCode() {
        return ActivationBernoulliSigmoid.class.hashCode();
    }

    @Override
    public String toString() {
        return "bernoulli-sigmoid";
    }
}
