package io.github.dl4jep.density;

import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.likelihood.PredictiveForm;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Regression with outliers: the absolute error (L1, MAE) is minus the logarithm of \( p(y|u) = \frac{1}{2b} e^{-|y - u|/b} \). The scale b
 * of each output starts at 1 and is learned after the first pass; labels of quite another size are standardised by the first batch.
 *
 * <p>All integrals are in closed form. Predictions: mean u, noise variance \( 2b^2 \).
 */
public final class LaplaceLikelihood extends ScalarLikelihood {

    private static final long serialVersionUID = 1L;
    private static final String NAME = "laplaceScale";
    private static final AsymmetricLaplace DENSITY = new AsymmetricLaplace(0.5);

    @Override
    protected List<String> scaleNames() {
        return List.of(NAME);
    }

    @Override
    protected Standardised standardised() {
        return Standardised.LOCATION_AND_SCALE;
    }

    @Override
    protected double logDensity(double label, double potential, double[] scales) {
        return DENSITY.logDensity(label, potential, scales[0] / 2);
    }

    @Override
    protected double expectation(double label, double mean, double variance, double[] scales, double[] derivatives) {
        return DENSITY.expectation(label, mean, variance, scales[0] / 2, derivatives);
    }

    @Override
    protected double logPredictive(double label, double mean, double variance, double[] scales) {
        return DENSITY.logPredictive(label, mean, variance, scales[0] / 2);
    }

    @Override
    protected double[] labelMoments(double potential, double[] scales) {
        double[] moments = DENSITY.moments(scales[0] / 2);
        moments[0] += potential;
        return moments;
    }

    @Override
    public PredictiveForm predictiveForm(Map<String, INDArray> parameters) {
        PointScale unit = pointScale(parameters);
        INDArray b = Parameters.row(parameters, NAME).muli(unit.factor());
        return new PredictiveForm(unit.factor(), unit.offset(), b.mul(b).muli(2), null);
    }
}
