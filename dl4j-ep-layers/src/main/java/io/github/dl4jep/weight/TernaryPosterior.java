package io.github.dl4jep.weight;

import io.github.dl4jep.array.FastExp;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Posterior of weights in {-c, 0, +c}: log p(+-c) = +-h - e/2, log p(0) = 0, up to a constant. Algorithm, sections 1 and 6.
 *
 * <p>h and e are the natural parameters of w / c: h goes with w / c, e with -(w / c)^2 / 2, so that multiplying by a Gaussian site
 * is an addition.
 *
 * <p>Limits: |h| saturates at 30, |e| at 60, where the less probable values have probability e^-30 or less; more could not be
 * taken back by any batch.
 */
final class TernaryPosterior extends ElementwisePosterior {

    private static final double LARGEST_H = 30;
    private static final double LARGEST_E = 60;

    private final double magnitude;
    private final double priorPrecision;
    private final double polarisation;
    private final double attraction;

    TernaryPosterior(
            INDArray[] natural,
            INDArray[] averaged,
            double magnitude,
            double priorPrecision,
            double rho,
            double attraction) {
        super(natural, averaged);
        this.attraction = attraction;
        this.magnitude = magnitude;
        this.priorPrecision = priorPrecision;
        this.polarisation = rho;
    }

    @Override
    public void initialiseBias() {
        initialise(0, 0);
        initialise(1, priorPrecision);
    }

    @Override
    public void initialiseWeights() {
        initialise(0, standardNormals().muli(BinaryPrior.HALF_LOG_ODDS_DEVIATION));
        initialise(1, priorPrecision);
    }

    /** Probabilities of the three values. */
    private record Probabilities(double plus, double zero, double minus) {

        static Probabilities of(double[] eta) {
            double h = saturated(eta[0], LARGEST_H);
            double e = saturated(eta[1], LARGEST_E);
            double plus = Math.exp(h - e / 2);
            double minus = Math.exp(-h - e / 2);
            double zero = 1 / (1 + plus + minus);
            return new Probabilities(plus * zero, zero, minus * zero);
        }
    }

    @Override
    ElementMoments momentsOfElement(double[] eta) {
        Probabilities p = Probabilities.of(eta);
        // Q - M^2, without the difference.
        double variance = (p.plus + p.minus) * p.zero + 4 * p.plus * p.minus;
        return new ElementMoments(magnitude * (p.plus - p.minus), magnitude * magnitude * variance);
    }

    @Override
    void momentsOfChunk(float[][] eta, float[] mean, float[] variance, int count) {
        float[] h = eta[0];
        float[] e = eta[1];
        float c = (float) magnitude;
        float square = c * c;
        for (int i = 0; i < count; i++) {
            float a = FastExp.of(h[i] - 0.5f * e[i]);
            float b = FastExp.of(-h[i] - 0.5f * e[i]);
            float zero = 1 / (1 + a + b);
            float plus = a * zero;
            float minus = b * zero;
            mean[i] = c * (plus - minus);
            variance[i] = square * ((plus + minus) * zero + 4 * plus * minus);
        }
    }

    @Override
    public boolean usesSitePrecision() {
        return attraction > 0;
    }

    @Override
    void updateElement(double[] eta, double shift, double precision, SiteStep step) {
        double c = magnitude;
        double site = attraction * precision;
        double mean = momentsOfElement(eta).mean();
        double h = polarisation * eta[0] + step.damping() * c * (shift + site * mean);
        double e = polarisation * eta[1] + step.damping() * c * c * site;
        eta[0] = saturated(h, LARGEST_H);
        eta[1] = saturated(e, LARGEST_E);
    }

    @Override
    void updateOfChunk(float[][] in, float[][] out, int count, SiteStep step) {
        float[] h = in[0];
        float[] e = in[1];
        float[] shift = in[2];
        float[] precision = attraction > 0 ? in[3] : shift;
        float[] mean = out[0];
        momentsOfChunk(in, mean, out[1], count);
        float rho = (float) polarisation;
        float c = (float) (magnitude * step.damping());
        float lambda = (float) attraction;
        float square = (float) (magnitude * c * lambda);
        for (int i = 0; i < count; i++) {
            out[0][i] = saturated(rho * h[i] + c * (shift[i] + lambda * precision[i] * mean[i]), (float) LARGEST_H);
        }
        for (int i = 0; i < count; i++) {
            out[1][i] = saturated(rho * e[i] + square * precision[i], (float) LARGEST_E);
        }
    }

    @Override
    double drawElement(double[] eta, double uniform, double normal) {
        Probabilities p = Probabilities.of(eta);
        return uniform < p.plus ? magnitude : uniform < p.plus + p.minus ? -magnitude : 0;
    }

    @Override
    double modeOfElement(double[] eta) {
        return Math.abs(eta[0]) < eta[1] / 2 ? 0 : eta[0] >= 0 ? magnitude : -magnitude;
    }
}
