package io.github.dl4jep.weight;

import io.github.dl4jep.learned.Parameters;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Weights in {-c, 0, +c}, c = sqrt(gain / fan-in): log p(+-c) = +-h - e/2, log p(0) = 0 up to a constant; h is drawn once from
 * N(0, 4), and e starts where p(0) at h = 0 has the given log-odds.
 *
 * <p>The precision that the sites add attracts a weight to the value nearest to its mean. In an output layer it would do so within
 * a few batches, while the units below still change; so output layers go without it, and without polarisation. Biases stay
 * continuous: see {@link BinaryPrior}. Algorithm, section 6.
 */
public final class TernaryPrior implements WeightPrior {

    /** Name of the parameter that holds h. */
    public static final String HALF_LOG_ODDS = "HalfLogOdds";
    /** Name of the parameter that holds e, the precision of w / c. */
    public static final String SCALED_PRECISION = "ScaledPrecision";
    /** Name of the parameter that holds the running average of h. */
    public static final String AVERAGED_HALF_LOG_ODDS = "AveragedHalfLogOdds";
    /** Name of the parameter that holds the running average of e. */
    public static final String AVERAGED_SCALED_PRECISION = "AveragedScaledPrecision";

    /** Default log-odds of zero: all three values are equally probable. */
    public static final double DEFAULT_ZERO_LOG_ODDS = Math.log(0.5);

    private static final double LARGEST_LOG_ODDS = 20;
    private static final long serialVersionUID = 1L;
    private static final List<String> NAMES =
            List.of(HALF_LOG_ODDS, SCALED_PRECISION, AVERAGED_HALF_LOG_ODDS, AVERAGED_SCALED_PRECISION);

    /** log(p(0) / (1 - p(0))) where both signs are equally probable. */
    private final double zeroLogOdds;
    /** Factor on h and e per batch. */
    private final double polarisation;
    /** Share of the sites' precision that is applied. */
    private final double attraction;

    /** The default prior. */
    public TernaryPrior() {
        this(DEFAULT_ZERO_LOG_ODDS);
    }

    /**
     * A prior with the given log-odds of zero.
     *
     * @param zeroLogOdds log(p(0) / (1 - p(0))), in [-20, 20]; the larger, the sparser
     * @throws IllegalArgumentException if it is outside this range
     */
    public TernaryPrior(double zeroLogOdds) {
        this(zeroLogOdds, BinaryPrior.DEFAULT_POLARISATION, 1);
    }

    /**
     * A prior with the given log-odds of zero, polarisation and attraction.
     *
     * @param zeroLogOdds log(p(0) / (1 - p(0))), in [-20, 20]; the larger, the sparser
     * @param polarisation rho, in [1, 1.1]; 1 for none
     * @param attraction share of the sites' precision that is applied, in [0, 1]
     * @throws IllegalArgumentException if a number is outside its range
     */
    @JsonCreator
    public TernaryPrior(
            @JsonProperty("zeroLogOdds") double zeroLogOdds,
            @JsonProperty("polarisation") double polarisation,
            @JsonProperty("attraction") double attraction) {
        if (!(Math.abs(zeroLogOdds) <= LARGEST_LOG_ODDS)) {
            throw new IllegalArgumentException("prior log-odds of zero are " + zeroLogOdds + ", allowed is [-"
                    + LARGEST_LOG_ODDS + ", " + LARGEST_LOG_ODDS + "]: log(p(0) / (1 - p(0))), for example "
                    + "0 for one zero in two weights; for weights that are never zero use the binary prior");
        }
        if (!(attraction >= 0 && attraction <= 1)) {
            throw new IllegalArgumentException("attraction is " + attraction
                    + ", allowed is [0, 1]: the share of the sites' precision that is applied");
        }
        this.zeroLogOdds = zeroLogOdds;
        this.attraction = attraction;
        this.polarisation = Polarisation.checked(polarisation);
    }

    /**
     * The prior log-odds of zero.
     *
     * @return log(p(0) / (1 - p(0)))
     */
    public double getZeroLogOdds() {
        return zeroLogOdds;
    }

    /**
     * The polarisation rho.
     *
     * @return factor on the log-odds per batch
     */
    public double getPolarisation() {
        return polarisation;
    }

    /**
     * The attraction.
     *
     * @return share of the sites' precision that is applied
     */
    public double getAttraction() {
        return attraction;
    }

    @Override
    public List<String> parameterNames() {
        return NAMES;
    }

    @Override
    public WeightPosterior posterior(Map<String, INDArray> parameters, PriorScale scale) {
        INDArray[] natural = {Parameters.get(parameters, HALF_LOG_ODDS), Parameters.get(parameters, SCALED_PRECISION)};
        INDArray[] averaged = {
            Parameters.get(parameters, AVERAGED_HALF_LOG_ODDS), Parameters.get(parameters, AVERAGED_SCALED_PRECISION)
        };
        // At h = 0: p(0) / (1 - p(0)) = exp(e/2) / 2.
        double priorPrecision = 2 * (zeroLogOdds + Math.log(2));
        return new TernaryPosterior(
                natural, averaged, Math.sqrt(scale.variance()), priorPrecision, polarisation, attraction);
    }

    @Override
    public WeightPrior biasPrior() {
        return new GaussianPrior();
    }

    @Override
    public WeightPrior forOutput() {
        return new TernaryPrior(zeroLogOdds, 1, 0);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TernaryPrior that
                && Double.compare(zeroLogOdds, that.zeroLogOdds) == 0
                && Double.compare(polarisation, that.polarisation) == 0
                && Double.compare(attraction, that.attraction) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(TernaryPrior.class, zeroLogOdds, polarisation, attraction);
    }

    @Override
    public String toString() {
        return "ternary(zeroLogOdds=" + zeroLogOdds + ", polarisation=" + polarisation + ", attraction=" + attraction
                + ")";
    }
}
