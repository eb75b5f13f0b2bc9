package io.github.dl4jep.map;

import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.List;
import java.util.Objects;
import org.apache.commons.numbers.gamma.Digamma;
import org.apache.commons.numbers.gamma.GammaRatio;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The Euclidean distance of two activations, \( d = |a - b| \), one column.
 *
 * <p>With m and v of the differences, the square of d has mean \( \mu = \sum m^2 + v \) and variance
 * \( \sum 2v^2 + 4m^2v \), which are exact. It is taken as a gamma variable of these moments (Satterthwaite 1946) of shape \( k = \mu^2 /
 * Var \), so that \( E d = \sqrt{\mu / k}\; \Gamma(k + 1/2) / \Gamma(k) \): exact where all v are equal and all m are 0, and where no v is
 * left; else to about a per cent. The gain is the derivative of E d by m; own.
 *
 * <p>Two equal observed activations have the distance 0, and no gain.
 */
public final class EuclideanDistance implements VertexMap {

    /** From this shape on series take the place of functions whose differences cancel; their error is below 1e-9. */
    private static final double SERIES_FROM = 60;

    @Override
    public Pass forward(List<ForwardMessage> inputs) {
        Branches.commonShape(inputs);
        if (inputs.size() != 2) {
            throw new IllegalArgumentException("there are " + inputs.size() + " inputs, a distance is of 2");
        }
        INDArray difference = inputs.get(0)
                .moments()
                .mean()
                .sub(inputs.get(1).moments().mean())
                .dup('f');
        INDArray variance = Branches.allObserved(inputs)
                ? null
                : Branches.variance(inputs.get(0).moments())
                        .add(Branches.variance(inputs.get(1).moments()))
                        .dup('f');
        INDArray gain = HostMemory.like(difference);
        Moments distance = distance(difference, variance, gain);
        BatchCovariance covariance = Branches.sum(
                inputs.stream().map(input -> passedOn(input.covariance(), gain)).toList());
        return new Pass(new ForwardMessage(distance, covariance), message -> back(message, gain));
    }

    /** Moments of the distances, [minibatch, 1]; writes the derivative of each by the mean differences. */
    private static Moments distance(INDArray difference, @Nullable INDArray variance, INDArray gain) {
        int rows = difference.rows();
        int columns = difference.columns();
        INDArray mean = HostMemory.uninitialized(difference.dataType(), new long[] {rows, 1}, 'f');
        INDArray spread = variance == null ? null : HostMemory.like(mean);
        double[] m = difference.data().asDouble();
        double[] v = variance == null ? new double[m.length] : variance.data().asDouble();
        double[] d = new double[m.length];
        for (int n = 0; n < rows; n++) {
            double square = 0;
            double ofSquare = 0;
            for (int i = n; i < m.length; i += rows) {
                square += m[i] * m[i] + v[i];
                ofSquare += 2 * v[i] * v[i] + 4 * m[i] * m[i] * v[i];
            }
            Root root = Root.of(square, ofSquare);
            for (int i = n; i < m.length; i += rows) {
                d[i] = root.slope(m[i], v[i]);
            }
            mean.putScalar(n, root.mean);
            if (spread != null) {
                spread.putScalar(n, root.variance);
            }
        }
        gain.assign(Nd4j.createFromArray(d).reshape('f', rows, columns));
        return new Moments(mean, spread);
    }

    /**
     * The root of a gamma variable.
     *
     * @param square mean of the variable
     * @param shape its k, infinite where it is known
     * @param mean of the root
     * @param variance of the root
     * @param excess \( k^2 (\psi(k + 1/2) - \psi(k)) - k/2 \), of which slopes are made
     */
    private record Root(double square, double shape, double mean, double variance, double excess) {

        static Root of(double square, double variance) {
            if (variance == 0) {
                return new Root(square, Double.POSITIVE_INFINITY, Math.sqrt(square), 0, 0.125);
            }
            double k = square * square / variance;
            if (k >= SERIES_FROM) {
                // (E root)^2 / square = 1 - 1/(4k) + 1/(32k^2) + 1/(128k^3) + ...
                double lost = (0.25 - (1 / 32.0 + 1 / (128 * k)) / k) / k;
                return new Root(square, k, Math.sqrt(square * (1 - lost)), square * lost, 0.125 - 1 / (64 * k * k));
            }
            double ratio = 1 / GammaRatio.delta(k, 0.5);
            double mean = Math.sqrt(square / k) * ratio;
            double excess = k * (k * (Digamma.value(k + 0.5) - Digamma.value(k)) - 0.5);
            return new Root(square, k, mean, square - mean * mean, excess);
        }

        /** Derivative of the mean by the mean m of a difference of variance v. */
        double slope(double m, double v) {
            if (square == 0) {
                return 0;
            }
            // With c = k (psi(k + 1/2) - psi(k)): log mean has the slope (2c - 1/2) of log square, 1/2 - c of log
            // variance.
            double c = 0.5 + excess / shape;
            return mean / square * ((2 * c - 0.5) * 2 * m - excess * 8 * m * v / square);
        }
    }

    /** One column, to which all elements of the difference add what examples have in common. */
    private static BatchCovariance passedOn(BatchCovariance before, INDArray gain) {
        BatchCovariance through = before.through(gain);
        ExampleCovariance covariance = through.examples();
        if (covariance.isNone()) {
            return BatchCovariance.of(covariance);
        }
        INDArray all = Objects.requireNonNull(through.gain());
        return BatchCovariance.of(
                ExampleCovariance.ofProducts(all, all, 1, covariance.inducing()).muli(covariance));
    }

    private static List<BackwardMessage> back(BackwardMessage message, INDArray gain) {
        BackwardMessage toFirst = new BackwardMessage(
                gain.mulColumnVector(message.shift()), gain.mul(gain).muliColumnVector(message.curvature()));
        return List.of(toFirst, new BackwardMessage(toFirst.shift().neg(), toFirst.curvature()));
    }
}
