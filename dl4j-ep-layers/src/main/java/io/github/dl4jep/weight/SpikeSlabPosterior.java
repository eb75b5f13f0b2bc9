package io.github.dl4jep.weight;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Posterior of a continuous weight with a point mass at zero, \( \pi N(m, 1/t) + (1 - \pi) \delta_0 \): precision t and
 * meanTimesPrecision r = t m of the slab, log-odds l = log(pi / (1 - pi)) of not being zero.
 *
 * <p>\( M = \pi m \), \( S = \pi / t + \pi (1 - \pi) m^2 \).
 *
 * <p>A site \( \exp(-T w^2 / 2 + \rho w) \) multiplies the slab as it multiplies a Gaussian, and the log-odds grow by the log of
 * the slab's normaliser, \( \tfrac12 \log\frac{t}{t + T} + \frac{(r + \rho)^2}{2 (t + T)} - \frac{r^2}{2 t} \); the point mass has
 * normaliser 1. Here \( \rho = (1 + T S) Rw + T M \), which for pi = 1 moves the mean by S Rw. Retention works on t and l, which
 * the sites accumulate in, and leaves the slab's mean: algorithm, section 6.
 *
 * <p>Limits: |l| saturates at 30; more could not be taken back by any batch.
 */
final class SpikeSlabPosterior extends ElementwisePosterior {

    private static final double CERTAIN = 30;
    private static final int PRECISION = 0;
    private static final int MEAN_TIMES_PRECISION = 1;
    private static final int LOG_ODDS = 2;

    private final SpikeSlabPrior.Start start;

    SpikeSlabPosterior(INDArray[] natural, INDArray[] averaged, SpikeSlabPrior.Start start) {
        super(natural, averaged);
        this.start = start;
    }

    @Override
    public void initialiseBias() {
        initialise(PRECISION, start.precision());
        initialise(MEAN_TIMES_PRECISION, 0);
        initialise(LOG_ODDS, start.logOdds());
    }

    @Override
    public void initialiseWeights() {
        initialise(PRECISION, start.precision());
        initialise(MEAN_TIMES_PRECISION, standardNormals().muli(start.meanDeviation() * start.precision()));
        initialise(LOG_ODDS, start.logOdds());
    }

    @Override
    ElementMoments momentsOfElement(double[] eta) {
        double slab = probability(eta[LOG_ODDS]);
        double mean = eta[MEAN_TIMES_PRECISION] / eta[PRECISION];
        return new ElementMoments(
                slab * mean, slab / eta[PRECISION] + slab * probability(-eta[LOG_ODDS]) * mean * mean);
    }

    private static double probability(double logOdds) {
        return 1 / (1 + Math.exp(-logOdds));
    }

    @Override
    void updateElement(double[] eta, double shift, double precision, SiteStep step) {
        double t = eta[PRECISION];
        double r = eta[MEAN_TIMES_PRECISION];
        ElementMoments before = momentsOfElement(eta);
        double site = step.damping() * precision;
        double rho = (1 + site * before.variance()) * step.damping() * shift + site * before.mean();
        double mean = (r + rho) / (t + site);
        double evidence = 0.5 * ((r + rho) * mean - r * r / t - Math.log1p(site / t));
        eta[PRECISION] = start.precision() + step.retention() * (t - start.precision()) + site;
        eta[MEAN_TIMES_PRECISION] = mean * eta[PRECISION];
        double logOdds = start.logOdds() + step.retention() * (eta[LOG_ODDS] - start.logOdds()) + evidence;
        eta[LOG_ODDS] = saturated(logOdds, CERTAIN);
    }

    @Override
    double drawElement(double[] eta, double uniform, double normal) {
        return uniform < probability(eta[LOG_ODDS])
                ? eta[MEAN_TIMES_PRECISION] / eta[PRECISION] + normal / Math.sqrt(eta[PRECISION])
                : 0;
    }

    /** The slab's mean where the weight is more probably there than not, else 0: the median probability model. */
    @Override
    double modeOfElement(double[] eta) {
        return eta[LOG_ODDS] >= 0 ? eta[MEAN_TIMES_PRECISION] / eta[PRECISION] : 0;
    }
}
