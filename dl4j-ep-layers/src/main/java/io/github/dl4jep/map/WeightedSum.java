package io.github.dl4jep.map;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An affine combination of branches, element by element: \( y = \sum_i c_i x_i + d \). Sums, differences, averages, scaling and
 * shifting.
 *
 * <p>Mean \( \sum c_i m_i + d \), variance \( \sum c_i^2 v_i \); back \( c_i z \) and \( c_i^2 G \); batch covariance
 * \( \sum c_i^2 K_i \). Exact for independent branches.
 */
public final class WeightedSum implements VertexMap {

    /** The factor of each branch. */
    @FunctionalInterface
    private interface Coefficients {
        double of(int branch, int branches);
    }

    private final Coefficients coefficients;
    private final double constant;

    private WeightedSum(Coefficients coefficients, double constant) {
        this.coefficients = coefficients;
        this.constant = constant;
    }

    /**
     * The sum.
     *
     * @return coefficients 1
     */
    public static WeightedSum sum() {
        return new WeightedSum((branch, branches) -> 1, 0);
    }

    /**
     * The first branch less all others.
     *
     * @return coefficients 1, -1
     */
    public static WeightedSum difference() {
        return new WeightedSum((branch, branches) -> branch == 0 ? 1 : -1, 0);
    }

    /**
     * The average.
     *
     * @return coefficients 1 / branches
     */
    public static WeightedSum average() {
        return new WeightedSum((branch, branches) -> 1.0 / branches, 0);
    }

    /**
     * One branch times a number.
     *
     * @param factor the number, finite
     * @return coefficient {@code factor}
     */
    public static WeightedSum scale(double factor) {
        return new WeightedSum((branch, branches) -> factor, 0);
    }

    /**
     * One branch plus a number.
     *
     * @param constant the number, finite
     * @return coefficient 1
     */
    public static WeightedSum shift(double constant) {
        return new WeightedSum((branch, branches) -> 1, constant);
    }

    @Override
    public Pass forward(List<ForwardMessage> inputs) {
        ExampleShape shape = Branches.commonShape(inputs);
        INDArray mean = null;
        INDArray variance = null;
        BatchCovariance covariance = BatchCovariance.none();
        for (int i = 0; i < inputs.size(); i++) {
            double c = coefficients.of(i, inputs.size());
            Moments moments = inputs.get(i).moments();
            mean = plus(mean, moments.mean(), c);
            if (moments.variance() != null) {
                variance = plus(variance, moments.variance(), c * c);
            }
            covariance = covariance.plus(inputs.get(i).covariance().times(c * c));
        }
        return new Pass(
                new ForwardMessage(
                        Branches.moments(Objects.requireNonNull(mean).addi(constant), variance, shape), covariance),
                message -> back(message, inputs.size()));
    }

    private List<BackwardMessage> back(BackwardMessage message, int branches) {
        List<BackwardMessage> messages = new ArrayList<>();
        for (int i = 0; i < branches; i++) {
            messages.add(message.times(coefficients.of(i, branches)));
        }
        return messages;
    }

    /** sum + c x, written over the sum; a new array where there is no sum yet. */
    private static INDArray plus(@Nullable INDArray sum, INDArray x, double c) {
        if (sum == null) {
            return x.mul(c);
        }
        return c == 1 ? sum.addi(x) : sum.addi(x.mul(c));
    }
}
