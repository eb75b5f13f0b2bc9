package io.github.dl4jep.solve;

import io.github.dl4jep.array.RowCovariance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An approximation of \( (1 + W^{1/2} (C + \rho) W^{1/2})^{-1} \) for outputs of very unlike curvatures W: each output by itself, with the mean
 * of V W over the outputs whose V W is of about the same size. A border pixel that is always dark has a ten thousandth of the curvature of
 * one in the middle.
 *
 * <p>Arrays hold one output after the other.
 */
final class OutputPreconditioner implements AutoCloseable {

    /** Outputs of a group differ by less than this factor. */
    private static final double SPREAD = 8;
    /** Below it the inverse is nearly 1, and a group is enough. */
    private static final double LEAST = 1.0 / 64;

    private final int rows;
    private final List<Group> groups = new ArrayList<>();

    /** Outputs with their inverse. */
    private record Group(List<Integer> outputs, RowCovariance.Inverse inverse) {}

    /**
     * Factorises for each group of outputs.
     *
     * @param covariance C + rho
     * @param curvature W, [rows, outputs], not negative
     * @throws ArithmeticException if numbers are not finite
     */
    OutputPreconditioner(CoupledCovariance covariance, double[] curvature) {
        double[] variance = covariance.variance();
        RowCovariance correlation = covariance.correlation();
        this.rows = correlation.rows();
        Map<Integer, List<Integer>> bySize = new TreeMap<>();
        for (int c = 0; c < curvature.length / rows; c++) {
            double mean = 0;
            for (int i = c * rows; i < (c + 1) * rows; i++) {
                mean += curvature[i] * variance[i] / rows;
            }
            int size = (int) Math.floor(Math.log(Math.max(mean, LEAST)) / Math.log(SPREAD));
            bySize.computeIfAbsent(size, each -> new ArrayList<>()).add(c);
        }
        double[] ones = new double[rows];
        Arrays.fill(ones, 1);
        try {
            for (List<Integer> outputs : bySize.values()) {
                double[] deviation = deviation(outputs, variance, curvature);
                groups.add(new Group(outputs, correlation.scaled(deviation).inverse(ones)));
            }
        } catch (ArithmeticException e) {
            close();
            throw e;
        }
    }

    /** Root of the mean of V W over some outputs. */
    private double[] deviation(List<Integer> outputs, double[] variance, double[] curvature) {
        double[] deviation = new double[rows];
        for (int n = 0; n < rows; n++) {
            double sum = 0;
            for (int c : outputs) {
                sum += curvature[c * rows + n] * variance[c * rows + n];
            }
            deviation[n] = Math.sqrt(sum / outputs.size());
        }
        return deviation;
    }

    /** The approximate inverse times x. */
    double[] times(double[] x) {
        double[] product = new double[x.length];
        for (Group group : groups) {
            double[] ofGroup = new double[group.outputs.size() * rows];
            for (int k = 0; k < group.outputs.size(); k++) {
                System.arraycopy(x, group.outputs.get(k) * rows, ofGroup, k * rows, rows);
            }
            double[] solved = group.inverse.times(ofGroup);
            for (int k = 0; k < group.outputs.size(); k++) {
                System.arraycopy(solved, k * rows, product, group.outputs.get(k) * rows, rows);
            }
        }
        return product;
    }

    @Override
    public void close() {
        groups.forEach(group -> group.inverse.close());
    }
}
