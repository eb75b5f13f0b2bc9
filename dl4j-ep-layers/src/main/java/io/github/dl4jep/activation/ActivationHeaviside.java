package io.github.dl4jep.activation;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A deterministic spike: v = 1 if u &gt;= 0, else 0.
 *
 * <p>Surrogate derivative for back-propagation: that of the fast sigmoid, \( 1 / (1 + \beta |u|)^2 \) with slope beta. Source:
 * Zenke and Ganguli 2018, SuperSpike, Neural Computation 30, doi:10.1162/neco_a_01086.
 *
 * <p>Quality: Preview.
 */
public class ActivationHeaviside extends SpikingActivation {

    /** Default slope of the surrogate derivative: the best or next to it of 0.5, 1, 2, 5, 10 and 25 on MNIST, one pass of Adam. */
    public static final double DEFAULT_SLOPE = 0.5;

    private static final long serialVersionUID = 1L;

    /** Steepness beta of the surrogate derivative, 1 / units of the potential. */
    private double slope = DEFAULT_SLOPE;

    /** The default slope. Also for Jackson. */
    public ActivationHeaviside() {}

    /**
     * A unit with a surrogate derivative of the given slope. Only back-propagation uses the slope.
     *
     * @param slope beta, positive
     * @throws IllegalArgumentException if it is not a positive finite number
     */
    public ActivationHeaviside(double slope) {
        setSlope(slope);
    }

    /**
     * The slope of the surrogate derivative.
     *
     * @return beta
     */
    public double getSlope() {
        return slope;
    }

    /**
     * Sets the slope of the surrogate derivative (for Jackson).
     *
     * @param slope beta, positive
     * @throws IllegalArgumentException if it is not a positive finite number
     */
    @JsonProperty("slope") // setters are hidden by IActivation, and a field would be read without the check
    public final void setSlope(double slope) {
        if (!(slope > 0) || Double.isInfinite(slope)) {
            throw new IllegalArgumentException(
                    "slope of a Heaviside unit's surrogate is " + slope + ", allowed are positive finite numbers");
        }
        this.slope = slope;
    }

    @Override
    public boolean isStochastic() {
        return false;
    }

    @Override
    protected INDArray fire(INDArray potentials) {
        return potentials.assign(potentials.gte(0));
    }

    @Override
    protected INDArray surrogateDerivative(INDArray potentials) {
        INDArray denominator = Transforms.abs(potentials, true).muli(slope).addi(1);
        return denominator.muli(denominator).rdivi(1);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ActivationHeaviside that && Double.compare(slope, that.slope) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(ActivationHeaviside.class, slope);
    }

    @Override
    public String toString() {
        return "heaviside";
    }
}
