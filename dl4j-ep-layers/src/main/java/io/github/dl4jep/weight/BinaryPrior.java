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
 * Weights in {-c, +c}, c = sqrt(gain / fan-in): half log-odds h = log(p(+c) / p(-c)) / 2, drawn once from N(0, 4).
 *
 * <p>Biases, the thresholds of the units, stay continuous, with a Gaussian prior.
 *
 * <p>Polarisation multiplies h by rho, a little above 1, with every batch. It takes the posterior slowly towards certainty, where
 * moments, draws and mode agree. Output layers go without. Source: Lucibello et al. 2022, doi:10.1088/2632-2153/ac7d3b; algorithm,
 * section 6.
 */
public final class BinaryPrior implements WeightPrior {

    /** Name of the parameter that holds h. */
    public static final String HALF_LOG_ODDS = "HalfLogOdds";
    /** Name of the parameter that holds the running average of h. */
    public static final String AVERAGED_HALF_LOG_ODDS = "AveragedHalfLogOdds";

    /** Default polarisation. */
    public static final double DEFAULT_POLARISATION = 1.0003;

    /**
     * Standard deviation of the first half log-odds. With 2 the variances of the weights are to the squares of their means about as
     * with a {@link GaussianPrior} of scale .5.
     */
    static final double HALF_LOG_ODDS_DEVIATION = 2;

    private static final long serialVersionUID = 1L;
    private static final List<String> NAMES = List.of(HALF_LOG_ODDS, AVERAGED_HALF_LOG_ODDS);

    /** rho. */
    private final double polarisation;

    /** The default prior. */
    public BinaryPrior() {
        this(DEFAULT_POLARISATION);
    }

    /**
     * A prior with the given polarisation.
     *
     * @param polarisation rho, in [1, 1.1]; 1 for none
     * @throws IllegalArgumentException if it is outside this range
     */
    @JsonCreator
    public BinaryPrior(@JsonProperty("polarisation") double polarisation) {
        this.polarisation = Polarisation.checked(polarisation);
    }

    /**
     * The polarisation rho.
     *
     * @return factor on the log-odds per batch
     */
    public double getPolarisation() {
        return polarisation;
    }

    @Override
    public List<String> parameterNames() {
        return NAMES;
    }

    @Override
    public WeightPosterior posterior(Map<String, INDArray> parameters, PriorScale scale) {
        return new BinaryPosterior(
                Parameters.get(parameters, HALF_LOG_ODDS),
                Parameters.get(parameters, AVERAGED_HALF_LOG_ODDS),
                Math.sqrt(scale.variance()),
                polarisation);
    }

    @Override
    public WeightPrior biasPrior() {
        return new GaussianPrior();
    }

    @Override
    public boolean allowsZero() {
        return false;
    }

    @Override
    public WeightPrior forOutput() {
        return new BinaryPrior(1);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BinaryPrior that && Double.compare(polarisation, that.polarisation) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(BinaryPrior.class, polarisation);
    }

    @Override
    public String toString() {
        return "binary(polarisation=" + polarisation + ")";
    }
}
