package io.github.dl4jep.weight;

import io.github.dl4jep.learned.Parameters;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Spike and slab: a weight is zero, or continuous with a Gaussian prior whose means are drawn once, as in {@link GaussianPrior}.
 *
 * <p>The slab's variances are those of the Gaussian prior divided by the probability of not being zero, so that activations keep
 * their scale. Biases have a Gaussian prior. Source: Mitchell and Beauchamp 1988, JASA 83, 1023,
 * doi:10.1080/01621459.1988.10478694.
 */
public final class SpikeSlabPrior implements WeightPrior {

    /** Name of the parameter that holds t of the slab. */
    public static final String SLAB_PRECISION = "SlabPrecision";
    /** Name of the parameter that holds r = t m of the slab. */
    public static final String SLAB_MEAN_TIMES_PRECISION = "SlabMeanTimesPrecision";
    /** Name of the parameter that holds l. */
    public static final String SLAB_LOG_ODDS = "SlabLogOdds";
    /** Put before the names of the parameters that hold running averages. */
    public static final String AVERAGED = "Averaged";

    /** Default log-odds of not being zero. */
    public static final double DEFAULT_SLAB_LOG_ODDS = 0;

    private static final double LARGEST_LOG_ODDS = 20;
    private static final long serialVersionUID = 1L;
    private static final List<String> NATURAL = List.of(SLAB_PRECISION, SLAB_MEAN_TIMES_PRECISION, SLAB_LOG_ODDS);

    /** log(pi / (1 - pi)). */
    private final double slabLogOdds;
    /** Variance of the slab as a share of gain / fan-in, before it is divided by pi. */
    private final double scale;

    /** The default prior: zero or not, with equal probability. */
    public SpikeSlabPrior() {
        this(DEFAULT_SLAB_LOG_ODDS, GaussianPrior.DEFAULT_SCALE);
    }

    /**
     * A prior.
     *
     * @param slabLogOdds log(pi / (1 - pi)), pi the probability of not being zero, in [-20, 20]; the smaller, the sparser
     * @param scale s0 of the slab, positive: see {@link GaussianPrior}
     * @throws IllegalArgumentException if a number is outside its range
     */
    @JsonCreator
    public SpikeSlabPrior(@JsonProperty("slabLogOdds") double slabLogOdds, @JsonProperty("scale") double scale) {
        if (!(Math.abs(slabLogOdds) <= LARGEST_LOG_ODDS)) {
            throw new IllegalArgumentException("prior log-odds of the slab are " + slabLogOdds + ", allowed is [-"
                    + LARGEST_LOG_ODDS + ", " + LARGEST_LOG_ODDS + "]; for weights that are never zero use the"
                    + " Gaussian prior");
        }
        this.slabLogOdds = slabLogOdds;
        this.scale = new GaussianPrior(scale).getScale();
    }

    /**
     * The prior log-odds of not being zero.
     *
     * @return log(pi / (1 - pi))
     */
    public double getSlabLogOdds() {
        return slabLogOdds;
    }

    /**
     * The scale of the slab.
     *
     * @return s0
     */
    public double getScale() {
        return scale;
    }

    /**
     * Where a weight starts.
     *
     * @param precision t of the slab
     * @param meanDeviation standard deviation of the drawn means
     * @param logOdds l
     */
    record Start(double precision, double meanDeviation, double logOdds) {}

    @Override
    public List<String> parameterNames() {
        return Stream.concat(NATURAL.stream(), NATURAL.stream().map(name -> AVERAGED + name))
                .toList();
    }

    @Override
    public WeightPosterior posterior(Map<String, INDArray> parameters, PriorScale priorScale) {
        double variance = priorScale.variance() * (1 + Math.exp(-slabLogOdds));
        return new SpikeSlabPosterior(
                arrays(parameters, ""),
                arrays(parameters, AVERAGED),
                new Start(1 / (variance * scale), Math.sqrt(variance), slabLogOdds));
    }

    private static INDArray[] arrays(Map<String, INDArray> parameters, String prefix) {
        return NATURAL.stream()
                .map(name -> Parameters.get(parameters, prefix + name))
                .toArray(INDArray[]::new);
    }

    @Override
    public WeightPrior biasPrior() {
        return new GaussianPrior(scale);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SpikeSlabPrior that
                && Double.compare(slabLogOdds, that.slabLogOdds) == 0
                && Double.compare(scale, that.scale) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(SpikeSlabPrior.class, slabLogOdds, scale);
    }

    @Override
    public String toString() {
        return "spike-slab(slabLogOdds=" + slabLogOdds + ", scale=" + scale + ")";
    }
}
