package io.github.dl4jep.spike;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SpikeCodeTest {

    private static Stream<SpikeCode> codes() {
        return Stream.of(new RateCode(), LatencyCode.singleSpike(), LatencyCode.held());
    }

    @ParameterizedTest
    @MethodSource("codes")
    void trainsAreStepsOfZerosAndOnes(SpikeCode code) {
        for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
            INDArray x = Nd4j.rand(type, 4, 3);
            INDArray copy = x.dup();

            Nd4j.getRandom().setSeed(5);
            INDArray train = code.train(x, 6);
            Nd4j.getRandom().setSeed(5);
            INDArray first = code.step(x, 0, 6);

            assertThat(train.shape()).containsExactly(6, 4, 3);
            assertThat(train.dataType()).isEqualTo(type);
            assertThat(train.eq(0)
                            .castTo(type)
                            .add(train.eq(1).castTo(type))
                            .sumNumber()
                            .intValue())
                    .isEqualTo(6 * 4 * 3);
            assertThat(train.slice(0)).isEqualTo(first);
            assertThat(code.randomStep(x, 6).shape()).containsExactly(4, 3);
            assertThat(x).isEqualTo(copy);
        }
    }

    @ParameterizedTest
    @MethodSource("codes")
    void imagesKeepTheirShape(SpikeCode code) {
        INDArray images = Nd4j.rand(2, 1, 4, 3);

        assertThat(code.train(images, 5).shape()).containsExactly(5, 2, 1, 4, 3);
        assertThat(code.randomStep(images, 5).shape()).containsExactly(2, 1, 4, 3);
    }

    @ParameterizedTest
    @MethodSource("codes")
    void refusesValuesThatAreNoIntensities(SpikeCode code) {
        for (double value : new double[] {-0.25, 1.5, Double.NaN, Double.POSITIVE_INFINITY}) {
            INDArray x = Nd4j.zeros(DataType.DOUBLE, 3, 4);
            x.putScalar(2, 1, value);

            assertThatThrownBy(() -> code.step(x, 0, 5))
                    .isInstanceOf(DL4JInvalidInputException.class)
                    .hasMessage("Intensity is " + value
                            + " at row 2, column 1, allowed is [0, 1]; scale the features, for example by"
                            + " NormalizerMinMaxScaler, and do not standardise them");
            assertThatThrownBy(() -> code.train(x, 5)).isInstanceOf(DL4JInvalidInputException.class);
            assertThatThrownBy(() -> code.randomStep(x, 5)).isInstanceOf(DL4JInvalidInputException.class);
        }
        assertThatThrownBy(() -> code.train(Nd4j.zeros(3), 5))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage("Features to code as spikes have shape [3], allowed is [n, inputs] or [n, ...]");
    }

    @ParameterizedTest
    @MethodSource("codes")
    void refusesTrainsWithoutTimeSteps(SpikeCode code) {
        INDArray x = Nd4j.zeros(3, 4);

        assertThatThrownBy(() -> code.train(x, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("number of time steps is 0, allowed: 1 and more");
        assertThatThrownBy(() -> code.randomStep(x, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("number of time steps is -1, allowed: 1 and more");
        for (int step : new int[] {-1, 5}) {
            assertThatThrownBy(() -> code.step(x, step, 5))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("time step is " + step + ", allowed: 0 to 4 for a train of 5 time steps");
        }
    }

    @Test
    void ratesAreIntensitiesAndDrawsIndependent() {
        INDArray x = Nd4j.createFromArray(new float[][] {{0, 0.1f, 0.5f, 0.5f, 0.9f, 1}});
        int rows = 200;
        int steps = 50;
        int draws = rows * steps;
        Nd4j.getRandom().setSeed(5);

        INDArray train = new RateCode().train(Nd4j.ones(rows, 1).mmul(x), steps).reshape(draws, 6);

        INDArray rates = train.mean(0);
        assertThat(rates.getDouble(0)).isZero();
        assertThat(rates.getDouble(5)).isEqualTo(1);
        for (int i = 1; i < 5; i++) {
            double p = x.getDouble(i);
            assertThat(rates.getDouble(i)).isCloseTo(p, within(4 * Math.sqrt(p * (1 - p) / draws)));
        }
        INDArray one = train.getColumn(2).sub(0.5);
        INDArray other = train.getColumn(3).sub(0.5);
        double betweenInputs = one.mul(other).meanNumber().doubleValue() * 4;
        assertThat(betweenInputs).isCloseTo(0, within(4 / Math.sqrt(draws)));
    }

    @Test
    void aSeedRepeatsATrain() {
        INDArray x = Nd4j.rand(4, 30);
        Nd4j.getRandom().setSeed(5);
        INDArray first = new RateCode().train(x, 6);
        INDArray second = new RateCode().train(x, 6);
        Nd4j.getRandom().setSeed(5);

        assertThat(new RateCode().train(x, 6)).isEqualTo(first).isNotEqualTo(second);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 25})
    void brighterFiresEarlierAndOnce(int steps) {
        int levels = 101;
        INDArray x = Nd4j.linspace(DataType.DOUBLE, 0, 0.01, levels).reshape(1, levels);

        INDArray train = LatencyCode.singleSpike().train(x, steps).reshape(steps, levels);

        assertThat(train.getColumn(0).sumNumber().intValue()).isZero();
        int previous = steps;
        for (int i = 1; i < levels; i++) {
            INDArray spikes = train.getColumn(i);
            assertThat(spikes.sumNumber().intValue()).isEqualTo(1);
            int time = spikes.argMax().getInt(0);
            assertThat(time).isLessThanOrEqualTo(previous);
            previous = time;
        }
        assertThat(previous).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 25})
    void aHeldSpikeStaysAndAveragesToTheIntensity(int steps) {
        int levels = 101;
        INDArray x = Nd4j.linspace(DataType.DOUBLE, 0, 0.01, levels).reshape(1, levels);

        INDArray held = LatencyCode.held().train(x, steps).reshape(steps, levels);
        INDArray single = LatencyCode.singleSpike().train(x, steps).reshape(steps, levels);

        for (int i = 0; i < levels; i++) {
            double fired = 0;
            for (int step = 0; step < steps; step++) {
                fired += single.getDouble(step, i);
                assertThat(held.getDouble(step, i)).isEqualTo(fired);
            }
            double mean = held.getColumn(i).meanNumber().doubleValue();
            double intensity = x.getDouble(i);
            double grid = intensity * steps < 0.5 ? 1.0 / steps : 0.5 / steps;
            assertThat(mean).isCloseTo(intensity, within(grid + 1e-9));
        }
    }

    @Test
    void randomStepsAreStepsOfTheTrain() {
        INDArray x = Nd4j.rand(200, 5);
        INDArray train = LatencyCode.held().train(x, 4);
        Nd4j.getRandom().setSeed(5);

        INDArray steps = LatencyCode.held().randomStep(x, 4);

        double rate = steps.meanNumber().doubleValue();
        assertThat(rate).isCloseTo(train.meanNumber().doubleValue(), within(0.05));
        for (int row = 0; row < 200; row++) {
            INDArray coded = steps.getRow(row);
            long matches = 0;
            for (int step = 0; step < 4; step++) {
                matches += train.slice(step).getRow(row).equals(coded) ? 1 : 0;
            }
            assertThat(matches).isPositive();
        }
    }

    @Test
    void codesAreValues() {
        assertThat(new RateCode()).isEqualTo(new RateCode()).hasSameHashCodeAs(new RateCode());
        assertThat(LatencyCode.held()).isEqualTo(LatencyCode.held()).isNotEqualTo(LatencyCode.singleSpike());
        assertThat(LatencyCode.held()).hasSameHashCodeAs(LatencyCode.held());
        assertThat(LatencyCode.held().isHeld()).isTrue();
        assertThat(codes().map(Object::toString)).containsExactly("rate", "latency", "latency, held");
    }
}
