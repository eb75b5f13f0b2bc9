package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.Rows;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Softmax with one curvature step per batch: the site of an entry has precision p (1 - p) and mean w + (y - p) / (p (1 - p)), p
 * from w / sqrt(1 + pi V / 8) (MacKay 1992).
 *
 * <p>Limits: p (1 - p) is kept at 1e-4 or more, else a confident entry would be an observation of infinite noise and residual.
 * Further Newton steps inside a batch diverged when tried.
 */
public final class SoftmaxLikelihood extends SiteApproximationLikelihood {

    private static final long serialVersionUID = 1L;
    private static final double SMALLEST_CURVATURE = 1e-4;
    private static final PredictiveForm.Scores MODERATED = PredictiveForm.Scores.moderated(1);

    @Override
    ClassProbabilities kind() {
        return ClassProbabilities.ONE_OF_MANY;
    }

    @Override
    double[][][] sites(double[][] mean, double[][] variance, double[][] labels) {
        double[][] residual = new double[mean.length][];
        double[][] noise = new double[mean.length][];
        double[][] scores = Rows.of(scores(Nd4j.createFromArray(mean), Nd4j.createFromArray(variance)));
        for (int n = 0; n < mean.length; n++) {
            int outputs = mean[n].length;
            double[] logs = kind().logProbabilities(scores[n]);
            residual[n] = new double[outputs];
            noise[n] = new double[outputs];
            for (int c = 0; c < outputs; c++) {
                double p = Math.exp(logs[c]);
                double curvature = Math.max(p * (1 - p), SMALLEST_CURVATURE);
                residual[n][c] = (labels[n][c] - p) / curvature;
                noise[n][c] = 1 / curvature;
            }
        }
        return new double[][][] {residual, noise};
    }

    @Override
    INDArray scores(INDArray mean, INDArray variance) {
        return MODERATED.of(mean, variance);
    }

    @Override
    public PredictiveForm predictiveForm(Map<String, INDArray> parameters) {
        return PredictiveForm.ofScores(MODERATED);
    }

    @Override
    public PointScale pointScale(Map<String, INDArray> parameters) {
        return new PointScale(Nd4j.createFromArray(new double[][] {{1}}), Nd4j.createFromArray(new double[][] {{0}}));
    }
}
