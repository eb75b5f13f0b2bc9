package io.github.dl4jep.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.KeptCovariance;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.window.WindowGeometry;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The oracle makes all patches, and takes the mean over windows of the formula of a dense layer. */
class PatchCovarianceTest {

    private static final int BATCH = 3;
    private static final long UNITS = 64;

    @ParameterizedTest
    @MethodSource("io.github.dl4jep.linear.PatchesTest#geometries")
    void meanOverAllWindows(WindowGeometry geometry) {
        Nd4j.getRandom().setSeed(4);
        ForwardMessage input = input(geometry);
        INDArray variance = Nd4j.rand(DataType.DOUBLE, geometry.fanIn(), 1);
        INDArray squaredMean = Nd4j.rand(DataType.DOUBLE, geometry.fanIn(), 1);
        WeightMoments bias =
                WeightMoments.of(Nd4j.zeros(DataType.DOUBLE, 1, UNITS), Nd4j.rand(DataType.DOUBLE, 1, UNITS));

        INDArray covariance = covariance(input, geometry, variance, squaredMean, UNITS, bias);

        double biasVariance = bias.variance().meanNumber().doubleValue();
        assertClose(covariance, oracle(input, geometry, variance, squaredMean).addi(biasVariance), 1e-9);
    }

    @Test
    void observedInput() {
        WindowGeometry geometry = PatchesTest.geometries().get(1);
        Nd4j.getRandom().setSeed(5);
        INDArray values =
                Nd4j.randn(DataType.DOUBLE, BATCH, geometry.inputShape().length());
        ForwardMessage input = new ForwardMessage(Moments.pointMass(values), BatchCovariance.none());
        INDArray variance = Nd4j.rand(DataType.DOUBLE, geometry.fanIn(), 1);
        INDArray squaredMean = Nd4j.rand(DataType.DOUBLE, geometry.fanIn(), 1);

        INDArray covariance = covariance(input, geometry, variance, squaredMean, UNITS, null);

        assertClose(covariance, oracle(input, geometry, variance, squaredMean), 1e-9);
    }

    @Test
    void whatIsKeptWithInducingExamplesIsThatOfAllPairs() {
        for (WindowGeometry geometry : PatchesTest.geometries()) {
            Nd4j.getRandom().setSeed(7);
            ForwardMessage input = input(geometry);
            INDArray variance = Nd4j.rand(DataType.DOUBLE, geometry.fanIn(), 1);
            INDArray squaredMean = Nd4j.rand(DataType.DOUBLE, geometry.fanIn(), 1);
            BatchCovariance before = KeptCovariance.of(input.covariance(), InducingExamples.of(BATCH, BATCH - 1));

            BatchCovariance kept = PatchCovariance.ofPreActivation(
                    new ForwardMessage(input.moments(), before), geometry, variance, squaredMean, UNITS, null);

            KeptCovariance.assertKept(kept, BatchCovariance.of(oracle(input, geometry, variance, squaredMean)), 1e-9);
        }
    }

    @Test
    void aSampleOfPositionsIsCloseToAll() {
        WindowGeometry geometry = WindowGeometry.on(ExampleShape.of(16, 30, 30))
                .kernel(3, 3)
                .paddingBefore(1, 1)
                .output(30, 30)
                .build();
        Nd4j.getRandom().setSeed(6);
        ForwardMessage input = input(geometry);
        INDArray variance = Nd4j.rand(DataType.DOUBLE, geometry.fanIn(), 1);
        INDArray squaredMean = Nd4j.rand(DataType.DOUBLE, geometry.fanIn(), 1);

        INDArray sampled = covariance(input, geometry, variance, squaredMean, 1, null);

        INDArray all = oracle(input, geometry, variance, squaredMean);
        double error = sampled.sub(all).norm2Number().doubleValue();
        assertThat(error).isBetween(1e-6, 0.1 * all.norm2Number().doubleValue());
    }

    private static ForwardMessage input(WindowGeometry geometry) {
        long columns = geometry.inputShape().length();
        INDArray root = Nd4j.randn(DataType.DOUBLE, BATCH, BATCH);
        BatchCovariance before =
                new BatchCovariance(root.mmul(root.transpose()), Nd4j.rand(DataType.DOUBLE, BATCH, columns));
        INDArray mean = Nd4j.randn(DataType.DOUBLE, BATCH, columns);
        return new ForwardMessage(new Moments(mean, Nd4j.rand(DataType.DOUBLE, BATCH, columns)), before);
    }

    private static INDArray covariance(
            ForwardMessage input,
            WindowGeometry geometry,
            INDArray variance,
            INDArray squaredMean,
            long units,
            @Nullable WeightMoments bias) {
        BatchCovariance result = PatchCovariance.ofPreActivation(input, geometry, variance, squaredMean, units, bias);
        return Objects.requireNonNull(result.covariance());
    }

    private static INDArray oracle(
            ForwardMessage input, WindowGeometry geometry, INDArray variance, INDArray squaredMean) {
        Patches patches = new Patches(geometry);
        INDArray mean = patches.plainGather(input.moments().mean());
        INDArray gain = input.covariance().gain();
        INDArray gains = gain == null ? null : patches.plainGather(gain);
        INDArray result = Nd4j.zeros(DataType.DOUBLE, BATCH, BATCH);
        for (int n = 0; n < BATCH; n++) {
            for (int k = 0; k < BATCH; k++) {
                double value = meanProduct(mean, n, k, variance);
                if (gains != null) {
                    value += Objects.requireNonNull(input.covariance().covariance())
                                    .getDouble(n, k)
                            * meanProduct(gains, n, k, squaredMean);
                }
                result.putScalar(n, k, value);
            }
        }
        return result;
    }

    private static double meanProduct(INDArray patches, int n, int k, INDArray weights) {
        long windows = patches.rows() / BATCH;
        double sum = 0;
        for (long window = 0; window < windows; window++) {
            for (int j = 0; j < patches.columns(); j++) {
                sum += weights.getDouble(j)
                        * patches.getDouble(window * BATCH + n, j)
                        * patches.getDouble(window * BATCH + k, j);
            }
        }
        return sum / windows;
    }

    private static void assertClose(INDArray actual, INDArray expected, double tolerance) {
        for (int n = 0; n < BATCH; n++) {
            for (int k = 0; k < BATCH; k++) {
                assertThat(actual.getDouble(n, k)).isCloseTo(expected.getDouble(n, k), within(tolerance));
            }
        }
    }
}
