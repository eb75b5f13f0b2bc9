package io.github.dl4jep.density;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Labels -1 and +1 under the hinge loss \( h(yu) = \max(0, 1 - yu) \), or its square. \( e^{-h} \) is no distribution of the label: summed
 * over both labels it depends on u. Divided by that sum it is one, \( p(y|u) = e^{-h(yu)} / (e^{-h(u)} + e^{-h(-u)}) \), which is a logistic
 * curve of slope 2 (squared: 4) between -1 and 1, and leaves it only where the margin is kept. Predictions: mean \( p(+1) - p(-1) \).
 *
 * <p>Source: Sollich 2002 for the normalised hinge.
 */
public final class HingeLikelihood extends ScalarLikelihood {

    private static final long serialVersionUID = 1L;

    /** Whether the hinge is squared. */
    private final boolean squared;

    /** The hinge loss. */
    public HingeLikelihood() {
        this(false);
    }

    /**
     * A hinge loss.
     *
     * @param squared whether it is squared
     */
    @JsonCreator
    public HingeLikelihood(@JsonProperty("squared") boolean squared) {
        this.squared = squared;
    }

    /**
     * Whether the hinge is squared.
     *
     * @return true for the squared hinge loss
     */
    public boolean isSquared() {
        return squared;
    }

    @Override
    protected LabelSpace labelSpace() {
        return LabelSpace.SIGN;
    }

    @Override
    protected @Nullable String problem(double label) {
        return label == 1 || label == -1
                ? null
                : "a hinge loss has labels -1 and +1; for labels 0 and 1 use the binary cross-entropy loss (XENT) with a"
                        + " sigmoid";
    }

    private double hinge(double margin) {
        double missing = Math.max(0, 1 - margin);
        return squared ? missing * missing : missing;
    }

    @Override
    protected double logDensity(double label, double potential, double[] scales) {
        // log(1 / (1 + e^(h - h'))), h' the hinge of the other label.
        return -Link.SOFTPLUS.value(hinge(label * potential) - hinge(-label * potential));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HingeLikelihood that && squared == that.squared;
    }

    @Override
    public int hashCode() {
        return Objects.hash(HingeLikelihood.class, squared);
    }

    @Override
    public String toString() {
        return "HingeLikelihood(squared=" + squared + ")";
    }
}
