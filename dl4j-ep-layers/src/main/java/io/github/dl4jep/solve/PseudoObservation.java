package io.github.dl4jep.solve;

import io.github.dl4jep.array.Rows;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What the labels say to each output potential by itself, as a Gaussian observation of the potential. Exact for a Gaussian
 * likelihood, a site approximation for the others. All [minibatch, outputs], double.
 *
 * @param residual e = observed value minus the mean of the potential
 * @param noise N, variance of the observation, positive and finite
 * @param importance omega, weight of the entry, already contained in the noise; 0 where nothing is observed
 * @param observed 1 where the importance is positive, else 0
 */
public record PseudoObservation(INDArray residual, INDArray noise, INDArray importance, INDArray observed) {

    /**
     * Observations whose noise is divided by their importance.
     *
     * @param residual e, [minibatch, outputs]
     * @param noise noise at importance 1, [minibatch, outputs]
     * @param importance omega, [minibatch, outputs], not negative
     * @return the observations
     */
    public static PseudoObservation of(INDArray residual, INDArray noise, INDArray importance) {
        double[] omega = Rows.columns(importance);
        double[] divided = Rows.columns(noise);
        double[] observed = new double[omega.length];
        for (int i = 0; i < omega.length; i++) {
            // Entries that are not observed are taken out of the equations, so their noise only has to be a number.
            if (omega[i] > 0) {
                observed[i] = 1;
                divided[i] /= omega[i];
            }
        }
        int rows = residual.rows();
        int outputs = residual.columns();
        return new PseudoObservation(
                residual, Rows.matrix(divided, rows, outputs), importance, Rows.matrix(observed, rows, outputs));
    }
}
