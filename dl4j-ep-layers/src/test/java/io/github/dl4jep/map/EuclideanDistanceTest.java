package io.github.dl4jep.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Moments and gain of a distance against draws, closed forms and each other. */
class EuclideanDistanceTest {

    private static ForwardMessage message(double[] mean, double[] variance) {
        INDArray m = Nd4j.createFromArray(new double[][] {mean});
        INDArray v = variance == null ? null : Nd4j.createFromArray(new double[][] {variance});
        return new ForwardMessage(new Moments(m, v), BatchCovariance.none());
    }

    private static VertexMap.Pass distance(ForwardMessage a, ForwardMessage b) {
        return new EuclideanDistance().forward(List.of(a, b));
    }

    /** A million draws say the mean to .001 and the variance to .002 of values of about 1. */
    @ParameterizedTest
    @CsvSource({"2, 1, 1", "2, 0, 1", "4, 1, .3", "4, .2, 1", "10, .5, .5", "30, .3, .1"})
    void momentsAreThoseOfDraws(int columns, double size, double deviation) {
        Random random = new Random(columns);
        double[] a = new double[columns];
        double[] b = new double[columns];
        double[] va = new double[columns];
        double[] vb = new double[columns];
        for (int i = 0; i < columns; i++) {
            a[i] = size * random.nextGaussian();
            b[i] = size * random.nextGaussian();
            va[i] = deviation * deviation * (0.5 + random.nextDouble());
            vb[i] = deviation * deviation * (0.5 + random.nextDouble());
        }
        Moments moments = distance(message(a, va), message(b, vb)).output().moments();

        int draws = 300_000;
        double sum = 0;
        double squares = 0;
        for (int s = 0; s < draws; s++) {
            double square = 0;
            for (int i = 0; i < columns; i++) {
                double difference = a[i] - b[i] + Math.sqrt(va[i] + vb[i]) * random.nextGaussian();
                square += difference * difference;
            }
            sum += Math.sqrt(square);
            squares += square;
        }
        double mean = sum / draws;
        double variance = squares / draws - mean * mean;
        assertThat(moments.mean().getDouble(0)).isCloseTo(mean, within(0.01 * mean));
        assertThat(moments.variance().getDouble(0)).isCloseTo(variance, within(0.06 * variance));
    }

    /** Equal variances around 0: the chi distribution, of two columns that of Rayleigh. */
    @Test
    void ofTwoCentredColumnsTheMomentsAreRayleighs() {
        Moments moments = distance(
                        message(new double[] {1, 2}, new double[] {.5, .5}),
                        message(new double[] {1, 2}, new double[] {1.5, 1.5}))
                .output()
                .moments();

        assertThat(moments.mean().getDouble(0)).isCloseTo(Math.sqrt(Math.PI), within(1e-12));
        assertThat(moments.variance().getDouble(0)).isCloseTo(4 - Math.PI, within(1e-12));
    }

    /** On both sides of the shape from which on series are used, and where hardly any variance is left. */
    @ParameterizedTest
    @CsvSource({"59.9, 60.1", "60.1, 1000", "1e4, 1e8"})
    void momentsAndGainGoOnSmoothlyIntoSeries(double shape, double next) {
        double[] before = ofShape(shape);
        double[] after = ofShape(next);
        // To second order of 1/k: mean of the root of a gamma variable of mean 1.
        for (double[] values : List.of(before, after)) {
            double k = values[0];
            assertThat(values[1]).isCloseTo(1 - 1 / (8 * k) + 1 / (128 * k * k), within(1 / (k * k * k)));
            assertThat(values[2] * k).isCloseTo(0.25 - 1 / (32 * k), within(0.1 / (k * k) + 1e-8));
        }
    }

    /** k, mean, variance and gain of a distance of mean square 1. */
    private static double[] ofShape(double k) {
        // One column: m^2 + v = 1 and 2v^2 + 4m^2v = 1/k.
        double v = 1 - Math.sqrt(1 - 1 / (2 * k));
        double m = Math.sqrt(1 - v);
        VertexMap.Pass pass = distance(message(new double[] {m}, new double[] {v}), message(new double[] {0}, null));
        double step = 1e-5;
        double up = distance(message(new double[] {m + step}, new double[] {v}), message(new double[] {0}, null))
                .output()
                .moments()
                .mean()
                .getDouble(0);
        double down = distance(message(new double[] {m - step}, new double[] {v}), message(new double[] {0}, null))
                .output()
                .moments()
                .mean()
                .getDouble(0);
        INDArray one = Nd4j.createFromArray(new double[][] {{1}});
        double gain =
                pass.back().apply(new BackwardMessage(one, one)).get(0).shift().getDouble(0);
        assertThat(gain).isCloseTo((up - down) / (2 * step), within(1e-7));
        return new double[] {
            k,
            pass.output().moments().mean().getDouble(0),
            pass.output().moments().variance().getDouble(0)
        };
    }

    @Test
    void equalObservedActivationsHaveDistanceZeroAndNoGain() {
        VertexMap.Pass pass = distance(message(new double[] {1, 2}, null), message(new double[] {1, 2}, null));
        INDArray one = Nd4j.createFromArray(new double[][] {{1}});

        assertThat(pass.output().moments().isPointMass()).isTrue();
        assertThat(pass.output().moments().mean().getDouble(0)).isZero();
        assertThat(pass.back().apply(new BackwardMessage(one, one)).get(0).shift())
                .isEqualTo(Nd4j.zeros(one.dataType(), 1, 2));
    }

    @Test
    void aDistanceIsOfTwo() {
        ForwardMessage a = message(new double[] {1}, null);

        assertThatThrownBy(() -> new EuclideanDistance().forward(List.of(a, a, a)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there are 3 inputs, a distance is of 2");
    }
}
