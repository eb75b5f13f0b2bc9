package io.github.dl4jep.weight;

import io.github.dl4jep.array.FastExp;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Posterior of weights in {-c, +c}: half log-odds h, M = c tanh h, S = c^2 / cosh^2 h, Q = c^2. Algorithm, sections 1 and 6.
 *
 * <p>Limits: h saturates at +-{@value #CERTAIN}, where the less probable sign has probability e^-60; a larger one could not be
 * taken back by any batch.
 */
final class BinaryPosterior extends ElementwisePosterior {

    /** Largest |h|. */
    private static final double CERTAIN = 30;

    private final double magnitude;
    private final double polarisation;

    BinaryPosterior(INDArray halfLogOdds, INDArray averaged, double magnitude, double polarisation) {
        super(new INDArray[] {halfLogOdds}, new INDArray[] {averaged});
        this.magnitude = magnitude;
        this.polarisation = polarisation;
    }

    @Override
    public boolean usesSitePrecision() {
        return false;
    }

    @Override
    public void initialiseBias() {
        initialise(0, 0);
    }

    @Override
    public void initialiseWeights() {
        initialise(0, standardNormals().muli(BinaryPrior.HALF_LOG_ODDS_DEVIATION));
    }

    @Override
    double uniformSecondMoment() {
        return magnitude * magnitude;
    }

    @Override
    ElementMoments momentsOfElement(double[] eta) {
        double h = saturated(eta[0], CERTAIN);
        double cosh = Math.cosh(h);
        return new ElementMoments(magnitude * Math.tanh(h), magnitude * magnitude / (cosh * cosh));
    }

    @Override
    void momentsOfChunk(float[][] eta, float[] mean, float[] variance, int count) {
        float[] h = eta[0];
        float c = (float) magnitude;
        float square = 4 * c * c;
        for (int i = 0; i < count; i++) {
            // With t = exp(-2h): tanh h = (1 - t) / (1 + t), 1 / cosh^2 h = 4 t / (1 + t)^2, which does not cancel.
            float t = FastExp.of(-2 * h[i]);
            float u = 1 / (1 + t);
            mean[i] = c * (1 - t) * u;
            variance[i] = square * (t * u) * u;
        }
    }

    @Override
    void updateElement(double[] eta, double shift, double precision, SiteStep step) {
        eta[0] = saturated(polarisation * eta[0] + magnitude * step.damping() * shift, CERTAIN);
    }

    @Override
    void updateOfChunk(float[][] in, float[][] out, int count, SiteStep step) {
        float[] h = in[0];
        float[] shift = in[1];
        float[] next = out[0];
        float rho = (float) polarisation;
        float c = (float) (magnitude * step.damping());
        float limit = (float) CERTAIN;
        for (int i = 0; i < count; i++) {
            next[i] = saturated(rho * h[i] + c * shift[i], limit);
        }
    }

    @Override
    double drawElement(double[] eta, double uniform, double normal) {
        return uniform < 1 / (1 + Math.exp(-2 * eta[0])) ? magnitude : -magnitude;
    }

    @Override
    double modeOfElement(double[] eta) {
        return eta[0] >= 0 ? magnitude : -magnitude;
    }
}
