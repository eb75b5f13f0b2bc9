package io.github.dl4jep.solve;

import io.github.dl4jep.likelihood.Arrays2d;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The joint update by its definition, algorithm section 4: every output by itself, rows that are not observed taken out, dense
 * elimination. The oracle of {@link JointSolve}.
 */
public final class DenseJointSolve {

    private final double[][] variance;
    private final double[][] covariance;

    public DenseJointSolve(INDArray variance, INDArray covariance) {
        this.variance = variance.toDoubleMatrix();
        this.covariance = covariance.toDoubleMatrix();
    }

    /** K_c for one output. */
    public double[][] covarianceOf(int output) {
        int size = variance.length;
        double[][] result = new double[size][size];
        for (int n = 0; n < size; n++) {
            for (int k = 0; k < size; k++) {
                double scale =
                        Math.max(meanVariance(n), covariance[n][n]) * Math.max(meanVariance(k), covariance[k][k]);
                result[n][k] = n == k
                        ? variance[n][output]
                        : Math.sqrt(variance[n][output] * variance[k][output]) * covariance[n][k] / Math.sqrt(scale);
            }
        }
        return result;
    }

    private double meanVariance(int row) {
        double sum = 0;
        for (double v : variance[row]) {
            sum += v;
        }
        return sum / variance[row].length;
    }

    /** z of one output; 0 where not observed. */
    public double[] shift(int output, PseudoObservation observation) {
        List<Integer> rows = observedRows(output, observation);
        double[] right = new double[rows.size()];
        for (int i = 0; i < right.length; i++) {
            right[i] = observation.residual().getDouble(rows.get(i), output);
        }
        double[] solution = Arrays2d.solve(system(output, observation, rows), right);
        return spread(solution, rows);
    }

    /** Diagonal of the inverse for one output; 0 where not observed. */
    public double[] inverseDiagonal(int output, PseudoObservation observation) {
        List<Integer> rows = observedRows(output, observation);
        double[][] inverse = Arrays2d.inverse(system(output, observation, rows));
        double[] diagonal = new double[rows.size()];
        for (int i = 0; i < diagonal.length; i++) {
            diagonal[i] = inverse[i][i];
        }
        return spread(diagonal, rows);
    }

    private double[][] system(int output, PseudoObservation observation, List<Integer> rows) {
        double[][] all = covarianceOf(output);
        double[][] system = new double[rows.size()][rows.size()];
        for (int i = 0; i < system.length; i++) {
            for (int j = 0; j < system.length; j++) {
                system[i][j] = all[rows.get(i)][rows.get(j)];
            }
            system[i][i] += observation.noise().getDouble(rows.get(i), output);
        }
        return system;
    }

    private List<Integer> observedRows(int output, PseudoObservation observation) {
        List<Integer> rows = new ArrayList<>();
        for (int n = 0; n < variance.length; n++) {
            if (observation.importance().getDouble(n, output) > 0) {
                rows.add(n);
            }
        }
        return rows;
    }

    private double[] spread(double[] values, List<Integer> rows) {
        double[] all = new double[variance.length];
        for (int i = 0; i < values.length; i++) {
            all[rows.get(i)] = values[i];
        }
        return all;
    }
}
