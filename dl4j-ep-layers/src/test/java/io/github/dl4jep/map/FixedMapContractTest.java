package io.github.dl4jep.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.KeptCovariance;
import io.github.dl4jep.message.Moments;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What holds for every map without weights. The oracle is the map on values, differentiated numerically or integrated. */
class FixedMapContractTest {

    private static final int BATCH = 2;

    static List<FixedMapCase> cases() {
        return FixedMapCase.all();
    }

    static INDArray random(DataType type, FixedMapCase map, long seed, double deviation) {
        Random random = new Random(seed);
        double[] values = new double[BATCH * (int) map.input().length()];
        for (int i = 0; i < values.length; i++) {
            values[i] = map.centre() + deviation * random.nextGaussian();
        }
        return Nd4j.createFromArray(values)
                .reshape('f', BATCH, map.input().length())
                .castTo(type)
                .dup('f');
    }

    private static Moments uncertain(DataType type, FixedMapCase map) {
        INDArray mean = random(type, map, 1, 1);
        INDArray variance = random(type, map, 2, 1).subi(map.centre());
        return new Moments(mean, variance.mul(variance).muli(map.variance()).addi(map.variance() / 10))
                .shapedAs(map.input());
    }

    private static INDArray value(FixedMap map, INDArray x, ExampleShape shape) {
        return map.forward(new ForwardMessage(Moments.pointMass(x).shapedAs(shape), BatchCovariance.none()))
                .output()
                .moments()
                .mean();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void observedValuesStayObserved(FixedMapCase map) {
        Moments output = map.map()
                .forward(new ForwardMessage(
                        Moments.pointMass(random(DataType.FLOAT, map, 3, 1)).shapedAs(map.input()),
                        BatchCovariance.none()))
                .output()
                .moments();
        assertThat(output.isPointMass()).isTrue();
        assertThat(output.shape()).isEqualTo(map.output());
        assertThat(output.mean().size(1)).isEqualTo(map.output().length());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void singleAndDoublePrecisionAgree(FixedMapCase map) {
        Moments precise = uncertain(DataType.DOUBLE, map);
        INDArray gain = random(DataType.DOUBLE, map, 4, 1);
        INDArray k = Nd4j.eye(BATCH).castTo(DataType.DOUBLE);
        ForwardMessage message = new ForwardMessage(precise, new BatchCovariance(k, gain));
        ForwardMessage single = new ForwardMessage(
                new Moments(
                                precise.mean().castTo(DataType.FLOAT),
                                precise.variance().castTo(DataType.FLOAT))
                        .shapedAs(map.input()),
                new BatchCovariance(k.castTo(DataType.FLOAT), gain.castTo(DataType.FLOAT)));
        FixedMap.Pass a = map.map().forward(message);
        FixedMap.Pass b = map.map().forward(single);
        same(a.output().moments().mean(), b.output().moments().mean());
        same(a.output().moments().variance(), b.output().moments().variance());
        same(a.output().covariance().gain(), b.output().covariance().gain());
        BackwardMessage said = said(map, DataType.DOUBLE);
        BackwardMessage back = a.back().apply(said);
        BackwardMessage backSingle = b.back()
                .apply(new BackwardMessage(
                        said.shift().castTo(DataType.FLOAT), said.curvature().castTo(DataType.FLOAT)));
        same(back.shift(), backSingle.shift());
        same(back.curvature(), backSingle.curvature());
        assertThat(b.output().moments().mean().dataType()).isEqualTo(DataType.FLOAT);
        assertThat(backSingle.shift().dataType()).isEqualTo(DataType.FLOAT);
    }

    private static void same(INDArray precise, INDArray single) {
        assertThat(single.castTo(DataType.DOUBLE).sub(precise).amaxNumber().doubleValue())
                .isCloseTo(0, within(2e-5));
    }

    private static BackwardMessage said(FixedMapCase map, DataType type) {
        Nd4j.getRandom().setSeed(11);
        INDArray z = Nd4j.randn(type, BATCH, map.output().length());
        INDArray g = Nd4j.rand(type, BATCH, map.output().length());
        return new BackwardMessage(z, g);
    }

    /** Gain of the batch covariance and the shift back are the map's derivative and its adjoint. */
    @ParameterizedTest
    @MethodSource("cases")
    void shiftGoesBackByTheAdjointOfTheGain(FixedMapCase map) {
        Moments moments = uncertain(DataType.DOUBLE, map);
        INDArray gain = random(DataType.DOUBLE, map, 4, 1);
        FixedMap.Pass pass = map.map()
                .forward(new ForwardMessage(
                        moments, new BatchCovariance(Nd4j.eye(BATCH).castTo(DataType.DOUBLE), gain)));
        BackwardMessage said = said(map, DataType.DOUBLE);
        double forward =
                pass.output().covariance().gain().mul(said.shift()).sumNumber().doubleValue();
        double back = pass.back().apply(said).shift().mul(gain).sumNumber().doubleValue();
        assertThat(back).isCloseTo(forward, within(1e-9 * Math.max(1, Math.abs(forward))));
        assertThat(pass.back().apply(said).curvature().minNumber().doubleValue())
                .isNotNegative();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aKnownGainOfOneIsNotDropped(FixedMapCase map) {
        Moments moments = uncertain(DataType.DOUBLE, map);
        INDArray k = Nd4j.eye(BATCH).castTo(DataType.DOUBLE);
        BatchCovariance without = map.map()
                .forward(new ForwardMessage(moments, new BatchCovariance(k, null)))
                .output()
                .covariance();
        BatchCovariance with = map.map()
                .forward(new ForwardMessage(
                        moments, new BatchCovariance(k, moments.mean().mul(0).addi(1))))
                .output()
                .covariance();
        INDArray implied = without.gain() == null ? with.gain().mul(0).addi(1) : without.gain();
        same(with.gain(), implied);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void covariancesWithInducingExamplesAreThoseOfAllPairs(FixedMapCase map) {
        Moments moments = uncertain(DataType.DOUBLE, map);
        INDArray k = Nd4j.createFromArray(new double[][] {{2, 0.4}, {0.4, 1}});
        BatchCovariance before = new BatchCovariance(k, random(DataType.DOUBLE, map, 4, 1));
        BatchCovariance kept = KeptCovariance.of(before, InducingExamples.of(BATCH, 1));
        KeptCovariance.assertKept(
                map.map().forward(new ForwardMessage(moments, kept)).output().covariance(),
                map.map().forward(new ForwardMessage(moments, before)).output().covariance(),
                1e-12);
    }

    /** The derivative of the output's mean by the input's mean, numerically. */
    @ParameterizedTest
    @MethodSource("cases")
    void shiftIsTheDerivativeOfTheMean(FixedMapCase map) {
        Moments moments = uncertain(DataType.DOUBLE, map);
        FixedMap.Pass pass = map.map().forward(new ForwardMessage(moments, BatchCovariance.none()));
        BackwardMessage said = said(map, DataType.DOUBLE);
        INDArray back = pass.back().apply(said).shift();
        double h = 1e-5;
        for (int column = 0; column < map.input().length(); column += 3) {
            INDArray up = moments.mean().dup();
            up.putScalar(0, column, up.getDouble(0, column) + h);
            INDArray down = moments.mean().dup();
            down.putScalar(0, column, down.getDouble(0, column) - h);
            double slope = mean(map, up, moments)
                            .sub(mean(map, down, moments))
                            .mul(said.shift())
                            .sumNumber()
                            .doubleValue()
                    / (2 * h);
            assertThat(back.getDouble(0, column)).isCloseTo(slope, within(map.derivativeTolerance()));
        }
    }

    private static INDArray mean(FixedMapCase map, INDArray mean, Moments moments) {
        return map.map()
                .forward(new ForwardMessage(
                        new Moments(mean, moments.variance()).shapedAs(map.input()), BatchCovariance.none()))
                .output()
                .moments()
                .mean();
    }

    /**
     * Of a maximum of independent Gaussians by integrating its distribution, the product of theirs; of all others by their
     * derivatives, which is exact where the map is linear, and in the limit of small variances elsewhere.
     */
    @ParameterizedTest
    @MethodSource("cases")
    void momentsAreThoseOfIndependentInputs(FixedMapCase map) {
        Moments moments = uncertain(DataType.DOUBLE, map);
        Moments output = map.map()
                .forward(new ForwardMessage(moments, BatchCovariance.none()))
                .output()
                .moments();
        double[] mean = moments.mean().getRow(0).toDoubleVector();
        double[] variance = moments.variance().getRow(0).toDoubleVector();
        INDArray at = value(map.map(), moments.mean(), map.input());
        INDArray slopes = differences(map, mean, 1e-5).div(2e-5);
        INDArray reached = differences(map, mean, 1e6);
        for (int j = 0; j < map.output().length(); j++) {
            double expectedMean = at.getDouble(0, j);
            double expectedVariance = 0;
            if (map.maximum()) {
                int column = j;
                int[] window = IntStream.range(0, mean.length)
                        .filter(i -> reached.getDouble(i, column) > 1e5)
                        .toArray();
                double[] ofMaximum = maximum(mean, variance, window);
                expectedMean = ofMaximum[0];
                expectedVariance = ofMaximum[1];
            } else {
                for (int i = 0; i < mean.length; i++) {
                    expectedVariance += Math.pow(slopes.getDouble(i, j), 2) * variance[i];
                }
            }
            assertThat(output.mean().getDouble(0, j))
                    .as("mean %s", j)
                    .isCloseTo(expectedMean, within(1e-9 + map.meanTolerance()));
            assertThat(output.variance().getDouble(0, j))
                    .as("variance %s", j)
                    .isCloseTo(expectedVariance, within(expectedVariance * (1e-6 + map.varianceTolerance())));
        }
    }

    /** Row i: the outputs with input i moved up, minus those with it moved down. */
    private static INDArray differences(FixedMapCase map, double[] mean, double step) {
        INDArray means = Nd4j.ones(DataType.DOUBLE, mean.length, 1)
                .mmul(Nd4j.createFromArray(mean).reshape(1, mean.length));
        INDArray steps = Nd4j.eye(mean.length).castTo(DataType.DOUBLE).mul(step);
        return value(map.map(), means.add(steps).dup('f'), map.input())
                .sub(value(map.map(), means.sub(steps).dup('f'), map.input()));
    }

    /** Mean and variance of the largest of independent Gaussians, by Simpson's rule on the product of their distributions. */
    private static double[] maximum(double[] mean, double[] variance, int[] window) {
        double low = Double.NEGATIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (int i : window) {
            low = Math.max(low, mean[i] - 10 * Math.sqrt(variance[i]));
            high = Math.max(high, mean[i] + 10 * Math.sqrt(variance[i]));
        }
        // With x = max - low: E x = L - integral of F, E x^2 = L^2 - integral of 2 x F over [0, L].
        int pieces = 2000;
        double length = high - low;
        double integral = 0;
        double moment = 0;
        for (int k = 0; k <= pieces; k++) {
            double x = length * k / pieces;
            double f = k == 0 || k == pieces ? 1 : 2 + 2 * (k % 2);
            for (int i : window) {
                f *= NormalDistribution.of(mean[i], Math.sqrt(variance[i])).cumulativeProbability(low + x);
            }
            integral += f;
            moment += 2 * x * f;
        }
        double expected = length - integral * length / (3 * pieces);
        double square = length * length - moment * length / (3 * pieces);
        return new double[] {low + expected, square - expected * expected};
    }
}
