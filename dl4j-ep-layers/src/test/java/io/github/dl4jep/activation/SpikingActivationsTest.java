package io.github.dl4jep.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SpikingActivationsTest {

    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    /** A stochastic unit and its documented spike probability. */
    private record Stochastic(SpikingActivation unit, DoubleUnaryOperator probability) {
        @Override
        public String toString() {
            return unit.toString();
        }
    }

    static List<Stochastic> stochastic() {
        return List.of(
                new Stochastic(new ActivationBernoulliSigmoid(), u -> 1 / (1 + Math.exp(-u))),
                new Stochastic(new ActivationBernoulliProbit(), u -> NORMAL.cumulativeProbability(u / Math.sqrt(0.5))),
                new Stochastic(
                        new ActivationBernoulliProbit(2.5), u -> NORMAL.cumulativeProbability(u / Math.sqrt(2.5))));
    }

    static List<SpikingActivation> all() {
        return List.of(
                new ActivationHeaviside(),
                new ActivationBernoulliSigmoid(),
                new ActivationBernoulliProbit(),
                new ActivationBernoulliProbit(2));
    }

    @BeforeEach
    void seed() {
        Nd4j.getRandom().setSeed(11);
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT", "DOUBLE"})
    void heavisideFiresFromZeroOn(DataType type) {
        INDArray potentials = Nd4j.createFromArray(-2.0, -1e-7, -0.0, 0.0, 1e-7, 3.0, Double.POSITIVE_INFINITY)
                .castTo(type)
                .reshape(1, 7);

        INDArray spikes = new ActivationHeaviside().getActivation(potentials, true);

        assertThat(spikes.toDoubleVector()).containsExactly(0, 0, 1, 1, 1, 1, 1);
        assertThat(spikes.dataType()).isEqualTo(type);
    }

    @ParameterizedTest
    @MethodSource("all")
    void spikesTakeThePlaceOfThePotentials(SpikingActivation unit) {
        for (char order : new char[] {'c', 'f'}) {
            INDArray potentials = Nd4j.linspace(DataType.FLOAT, -3, 0.01, 600).reshape(order, 20, 30);

            INDArray spikes = unit.getActivation(potentials, false);

            assertThat(spikes).isSameAs(potentials);
            assertThat(spikes.eq(0).castTo(DataType.INT).add(spikes.eq(1).castTo(DataType.INT)))
                    .isEqualTo(Nd4j.ones(DataType.INT, 20, 30));
        }
    }

    @ParameterizedTest
    @MethodSource("stochastic")
    void spikeFrequencyIsTheSpikeProbability(Stochastic stochastic) {
        int draws = 40_000;
        for (double potential : new double[] {-2.5, -0.7, 0, 0.3, 1.9}) {
            for (boolean training : new boolean[] {true, false}) {
                INDArray potentials = Nd4j.valueArrayOf(new long[] {draws / 4, 4}, potential, DataType.FLOAT);
                double frequency = stochastic
                        .unit()
                        .getActivation(potentials, training)
                        .meanNumber()
                        .doubleValue();
                double p = stochastic.probability().applyAsDouble(potential);
                // Four and a half standard deviations of a binomial share.
                assertThat(frequency).isCloseTo(p, within(4.5 * Math.sqrt(p * (1 - p) / draws)));
            }
        }
    }

    @Test
    void everyRunDrawsNewSpikesAndASeedRepeatsThem() {
        for (Stochastic stochastic : stochastic()) {
            Nd4j.getRandom().setSeed(5);
            INDArray first = stochastic.unit().getActivation(Nd4j.zeros(DataType.FLOAT, 10, 30), false);
            INDArray second = stochastic.unit().getActivation(Nd4j.zeros(DataType.FLOAT, 10, 30), false);
            Nd4j.getRandom().setSeed(5);
            INDArray repeated = stochastic.unit().getActivation(Nd4j.zeros(DataType.FLOAT, 10, 30), false);

            assertThat(first).isNotEqualTo(second).isEqualTo(repeated);
            assertThat(stochastic.unit().isStochastic()).isTrue();
        }
        assertThat(new ActivationHeaviside().isStochastic()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 2, 10})
    void heavisideGradientGoesThroughTheFastSigmoid(double slope) {
        for (double potential : new double[] {-3, -0.2, 0, 0.4, 5}) {
            assertThat(derivative(new ActivationHeaviside(slope), potential))
                    .isCloseTo(1 / Math.pow(1 + slope * Math.abs(potential), 2), within(1e-12));
        }
    }

    @ParameterizedTest
    @MethodSource("stochastic")
    void stochasticGradientIsThatOfTheSpikeProbability(Stochastic stochastic) {
        double step = 1e-5;
        for (double potential : new double[] {-3, -0.2, 0, 0.4, 2}) {
            double above = stochastic.probability().applyAsDouble(potential + step);
            double below = stochastic.probability().applyAsDouble(potential - step);
            assertThat(derivative(stochastic.unit(), potential)).isCloseTo((above - below) / (2 * step), within(1e-9));
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void backpropLeavesTheIncomingGradientAlone(SpikingActivation unit) {
        INDArray epsilon = Nd4j.createFromArray(new double[][] {{1, -2, 0.5}});
        INDArray potentials = Nd4j.createFromArray(new double[][] {{0.1, 0.1, -1}});

        INDArray gradient = unit.backprop(potentials.dup(), epsilon).getFirst();

        assertThat(epsilon).isEqualTo(Nd4j.createFromArray(new double[][] {{1, -2, 0.5}}));
        assertThat(gradient.getDouble(1)).isCloseTo(-2 * gradient.getDouble(0), within(1e-12));
        assertThatThrownBy(() -> unit.backprop(potentials, Nd4j.ones(DataType.DOUBLE, 2, 3)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Shapes must be equal");
    }

    @ParameterizedTest
    @MethodSource("all")
    void potentialThatIsNoNumberDoesNotFireButShowsInTheGradient(SpikingActivation unit) {
        assertThat(unit.getActivation(Nd4j.valueArrayOf(new long[] {1, 2}, Double.NaN), true)
                        .toDoubleVector())
                .containsExactly(0, 0);
        assertThat(derivative(unit, Double.NaN)).isNaN();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void parameterMustBePositive(double value) {
        assertThatThrownBy(() -> new ActivationHeaviside(value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "slope of a Heaviside unit's surrogate is " + value + ", allowed are positive finite numbers");
        assertThatThrownBy(() -> new ActivationBernoulliProbit(value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("noise variance of a Bernoulli-probit unit is " + value
                        + ", allowed are positive finite numbers; for none use ActivationHeaviside");
    }

    @Test
    void equalityIsByKindAndParameter() {
        assertThat(new ActivationHeaviside(3))
                .isEqualTo(new ActivationHeaviside(3))
                .hasSameHashCodeAs(new ActivationHeaviside(3))
                .isNotEqualTo(new ActivationHeaviside());
        assertThat(new ActivationBernoulliProbit(3))
                .isEqualTo(new ActivationBernoulliProbit(3))
                .hasSameHashCodeAs(new ActivationBernoulliProbit(3))
                .isNotEqualTo(new ActivationBernoulliProbit());
        assertThat(new ActivationBernoulliSigmoid())
                .isEqualTo(new ActivationBernoulliSigmoid())
                .hasSameHashCodeAs(new ActivationBernoulliSigmoid())
                .isNotEqualTo(new ActivationHeaviside());
        assertThat(all()).extracting(Object::toString).doesNotHaveDuplicates();
    }

    private static double derivative(SpikingActivation unit, double potential) {
        INDArray potentials = Nd4j.valueArrayOf(new long[] {1, 1}, potential, DataType.DOUBLE);
        return unit.backprop(potentials, Nd4j.ones(DataType.DOUBLE, 1, 1))
                .getFirst()
                .getDouble(0);
    }
}
