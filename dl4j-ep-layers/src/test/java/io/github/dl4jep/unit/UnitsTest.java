package io.github.dl4jep.unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.normal.StandardNormal;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationPReLU;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class UnitsTest {

    @Test
    void softmaxIsNoUnit() {
        assertThatThrownBy(() -> Units.of(new ActivationSoftmax()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("softmax is not elementwise, so it has no moments as a hidden unit; it is supported as the"
                        + " output of a cross-entropy loss");
    }

    @Test
    void trainableSlopesHaveNoPosterior() {
        assertThatThrownBy(() -> Units.of(new ActivationPReLU(Nd4j.scalar(0.1), new long[0])))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("ActivationPReLU has trainable parameters, for which there is no posterior; use LReLU or"
                        + " ReLU instead");
    }

    @ParameterizedTest
    @EnumSource(value = Activation.class, mode = EnumSource.Mode.EXCLUDE, names = "SOFTMAX")
    void everyOtherDl4jActivationHasAUnit(Activation activation) {
        INDArray w = UnitContractTest.row(-2, -0.5, 0, 0.5, 2);
        UnitMoments moments = Units.of(activation.getActivationFunction())
                .moments(new Moments(w, w.mul(0).addi(0.3)));
        assertThat(moments.moments().mean().shape()).isEqualTo(w.shape());
        assertThat(moments.moments().variance().minNumber().doubleValue()).isNotNegative();
    }

    @ParameterizedTest
    @EnumSource(
            value = Activation.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"SOFTMAX", "GELU", "SWISH", "MISH", "RELU", "THRESHOLDEDRELU"})
    void allOtherDl4jActivationsThatRiseAreKnownTo(Activation activation) {
        Unit unit = Units.of(activation.getActivationFunction());
        INDArray u = Nd4j.linspace(-20, 20, 4001, DataType.DOUBLE).reshape(1, 4001);
        double[] values = unit.activate(u).toDoubleVector();
        boolean rises = IntStream.range(1, values.length).allMatch(i -> values[i] >= values[i - 1]);

        assertThat(unit.isRising()).isEqualTo(rises);
    }

    @Test
    void anEluOfNegativeAlphaFallsBelowZero() {
        assertThat(Units.of(new ActivationELU(0.5)).isRising()).isTrue();
        assertThat(Units.of(new ActivationELU(-0.5)).isRising()).isFalse();
    }

    @Test
    void variantsOfReluAreNotTakenForThePlainOne() {
        assertThat(Units.of(new ActivationReLU())).isInstanceOf(ReluUnit.class);
        assertThat(Units.of(new ActivationReLU(null, 0.0, 0.0))).isInstanceOf(ReluUnit.class);
        assertThat(Units.of(new ActivationReLU(6.0, null, null))).isInstanceOf(QuadratureUnit.class);
        assertThat(Units.of(new ActivationReLU(null, 1.0, null))).isInstanceOf(QuadratureUnit.class);
        assertThat(Units.of(new ActivationReLU(null, null, 0.2))).isInstanceOf(QuadratureUnit.class);
    }

    @Test
    void priorGainFollowsTheUnit() {
        assertThat(Units.of(Activation.RELU.getActivationFunction()).priorGain())
                .isEqualTo(2);
        assertThat(Units.of(Activation.ELU.getActivationFunction()).priorGain()).isEqualTo(2);
        assertThat(Units.of(Activation.TANH.getActivationFunction()).priorGain())
                .isEqualTo(1);
        assertThat(Units.of(Activation.IDENTITY.getActivationFunction()).priorGain())
                .isEqualTo(1);
        assertThat(new LeakyReluUnit(0.5).priorGain()).isEqualTo(1.6);
    }

    @Test
    void randomizedLeakyReluIsALeakyReluOfTheMeanSlope() {
        Unit unit = Units.of(new ActivationRReLU(0.1, 0.3));
        assertThat(unit.activate(UnitContractTest.row(-2, 3)).toDoubleVector()).containsExactly(-0.4, 3);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
    void leakyReluRejectsOtherSlopes(double alpha) {
        assertThatThrownBy(() -> new LeakyReluUnit(alpha))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("alpha of a leaky ReLU is " + alpha + ", allowed is [0, 1]");
    }

    @Test
    void fusedReluAgreesWithThePlainOne() {
        ReluUnit relu = new ReluUnit();
        Nd4j.getRandom().setSeed(5);
        INDArray w = Nd4j.randn(DataType.FLOAT, 70, 600).muli(4);
        INDArray v = Nd4j.rand(DataType.FLOAT, 70, 600).muli(3).addi(0.01);
        UnitMoments fused = relu.moments(new Moments(w, v));
        UnitMoments plain = relu.plainMoments(new Moments(w, v));
        assertThat(worstDifference(fused.moments().mean(), plain.moments().mean()))
                .isLessThan(3e-6);
        assertThat(worstDifference(fused.moments().variance(), plain.moments().variance()))
                .isLessThan(3e-6);
        assertThat(worstDifference(fused.gain(), plain.gain())).isLessThan(3e-6);
    }

    @Test
    void quadratureInBlocksAgreesWithOneElementAtATime() {
        Unit unit = Units.of(Activation.TANH.getActivationFunction());
        int count = (1 << 15) + 1;
        INDArray w = Nd4j.linspace(DataType.DOUBLE, -3, 6.0 / count, count).reshape(1, count);
        INDArray v = w.mul(w).addi(0.2);
        UnitMoments all = unit.moments(new Moments(w, v));
        for (int i : new int[] {0, 1000, (1 << 15) - 1, 1 << 15}) {
            UnitMoments one = unit.moments(
                    new Moments(UnitContractTest.row(w.getDouble(i)), UnitContractTest.row(v.getDouble(i))));
            assertThat(all.moments().mean().getDouble(i))
                    .isCloseTo(one.moments().mean().getDouble(0), within(1e-14));
            assertThat(all.moments().variance().getDouble(i))
                    .isCloseTo(one.moments().variance().getDouble(0), within(1e-14));
            assertThat(all.gain().getDouble(i)).isCloseTo(one.gain().getDouble(0), within(1e-14));
        }
    }

    private static double worstDifference(INDArray a, INDArray b) {
        return a.sub(b).amaxNumber().doubleValue();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.3, 1})
    void orderOfAReluIsNearItsMean(double slope) {
        LeakyReluUnit unit = new LeakyReluUnit(slope);
        for (float v : new float[] {0.01f, 1, 30}) {
            for (float z = -8; z <= 8; z += 0.25f) {
                float w = z * (float) Math.sqrt(v);
                float[] key = new float[1];
                unit.order(new float[] {w}, new float[] {v}, key);
                double mean = slope * w
                        + (1 - slope) * new ReluUnit().scalarMoments(w, v).mean();
                assertThat((double) key[0]).isCloseTo(mean, within(0.071 * Math.sqrt(v)));
            }
        }
    }

    @Test
    void orderOfAReluHoldsForHugeMeans() {
        float[] key = new float[4];
        new ReluUnit().order(new float[] {-1e30f, 5, 1e20f, 1e30f}, new float[] {1, 1, 1e30f, 1}, key);
        assertThat(key).isSorted().doesNotContain(Float.POSITIVE_INFINITY);
        assertThat(key[0]).isLessThan(key[1]);
    }

    @Test
    void orderOfASpikeIsThatOfItsProbability() {
        float[] mean = {-3, -3, -0.5f, 0, 0.5f, 2, 2};
        float[] variance = {1, 100, 0.1f, 7, 4, 4, 0.1f};
        float[] key = new float[mean.length];
        Units.of(new ActivationHeaviside()).order(mean, variance, key);
        for (int i = 0; i < key.length; i++) {
            for (int j = 0; j < key.length; j++) {
                double difference = StandardNormal.cumulative(mean[i] / Math.sqrt(variance[i]))
                        - StandardNormal.cumulative(mean[j] / Math.sqrt(variance[j]));
                assertThat(Math.signum(key[i] - key[j])).isEqualTo((float) Math.signum(difference));
            }
        }
    }

    /** A known potential of 0 spikes. */
    @Test
    void orderOfKnownSpikes() {
        float[] key = new float[3];
        Units.of(new ActivationHeaviside()).order(new float[] {-1, 0, 1}, new float[3], key);
        assertThat(key).containsExactly(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY);
    }
}
