package io.github.dl4jep.activation;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A stochastic spike: v = 1 if u + e &gt;= 0 with threshold noise e ~ N(0, k), so \( P(v = 1 \mid u) = \Phi(u / \sqrt k) \).
 *
 * <p>Surrogate derivative for back-propagation: that of the mean, \( \phi(u / \sqrt k) / \sqrt k \).
 *
 * <p>Quality: Preview.
 */
public class ActivationBernoulliProbit extends SpikingActivation {

    /** Default variance k of the threshold noise. */
    public static final double DEFAULT_NOISE_VARIANCE = 0.5;

    private static final long serialVersionUID = 1L;

    /** Variance k of the threshold noise, in squared units of the potential. */
    private double noiseVariance = DEFAULT_NOISE_VARIANCE;

    /** The default noise. Also for Jackson. */
    public ActivationBernoulliProbit() {}

    /**
     * A unit with noise of the given variance.
     *
     * @param noiseVariance k, positive
     * @throws IllegalArgumentException if it is not a positive finite number
     */
    public ActivationBernoulliProbit(double noiseVariance) {
        setNoiseVariance(noiseVariance);
    }

    /**
     * The variance of the threshold noise.
     *
     * @return k
     */
    public double getNoiseVariance() {
        return noiseVariance;
    }

    /**
     * Sets the variance of the threshold noise (for Jackson).
     *
     * @param noiseVariance k, positive
     * @throws IllegalArgumentException if it is not a positive finite number
     */
    @JsonProperty("noiseVariance") // setters are hidden by IActivation, and a field would be read without the check
    public final void setNoiseVariance(double noiseVariance) {
        if (!(noiseVariance > 0) || Double.isInfinite(noiseVariance)) {
            throw new IllegalArgumentException("noise variance of a Bernoulli-probit unit is " + noiseVariance
                    + ", allowed are positive finite numbers; for none use ActivationHeaviside");
        }
        this.noiseVariance = noiseVariance;
    }

    @Override
    public boolean isStochastic() {
        return true;
    }

    @Override
    protected INDArray fire(INDArray potentials) {
        INDArray noise = Nd4j.randn(potentials.dataType(), potentials.shape()).muli(Math.sqrt(noiseVariance));
        return potentials.assign(noise.addi(potentials).gte(0));
    }

    @Override
    protected INDArray surrogateDerivative(INDArray potentials) {
        INDArray exponent = potentials.mul(potentials).muli(-0.5 / noiseVariance);
        return Transforms.exp(exponent, false).divi(Math.sqrt(2 * Math.PI * noiseVariance));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ActivationBernoulliProbit that
                && Double.compare(noiseVariance, that.noiseVariance) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(ActivationBernoulliProbit.class, noiseVariance);
    }

    @Override
    public String toString() {
        return "bernoulli-probit(noiseVariance=" + noiseVariance + ")";
    }
}
