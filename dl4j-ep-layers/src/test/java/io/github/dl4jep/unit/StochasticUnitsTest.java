package io.github.dl4jep.unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.activation.ActivationBernoulliProbit;
import io.github.dl4jep.activation.ActivationBernoulliSigmoid;
import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.normal.StandardNormal;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Units whose spikes are drawn, against quadrature over the probability of a spike. */
class StochasticUnitsTest {

    private static final double[] MEANS = {-100, -10, -3, -1, -0.2, 0, 0.1, 0.7, 2, 8, 100};
    private static final double[] VARIANCES = {1e-4, 0.1, 1, 9, 1e3};

    private static DoubleUnaryOperator probit(double k) {
        return u -> StandardNormal.cumulative(u / Math.sqrt(k));
    }

    @ParameterizedTest
    @CsvSource({"0.1, DOUBLE, 1e-9", "0.5, DOUBLE, 1e-9", "4, DOUBLE, 1e-9", "0.1, FLOAT, 1e-5", "0.5, FLOAT, 1e-5"})
    void probitMomentsAreThoseOfTheSpikeProbability(double k, DataType type, double tolerance) {
        Unit unit = Units.of(new ActivationBernoulliProbit(k));
        assertMoments(unit, probit(k), type, tolerance);
    }

    /** The documented error of replacing the sigmoid by a probit. */
    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT", "DOUBLE"})
    void sigmoidMomentsAreWithinTwoPerCent(DataType type) {
        assertMoments(Units.of(new ActivationBernoulliSigmoid()), u -> 1 / (1 + Math.exp(-u)), type, 0.02);
    }

    private static void assertMoments(Unit unit, DoubleUnaryOperator p, DataType type, double tolerance) {
        for (double v : VARIANCES) {
            INDArray w = UnitContractTest.row(MEANS).castTo(type);
            UnitMoments moments = unit.moments(new Moments(w, Nd4j.valueArrayOf(w.shape(), v, type)));
            for (int i = 0; i < MEANS.length; i++) {
                double mean = MEANS[i];
                NormalQuadrature normal = new NormalQuadrature(mean, v);
                double a = normal.expect(p);
                // A spike is 0 or 1, so its variance is a (1 - a), however uncertain its probability is.
                double d = normal.expect(u -> p.applyAsDouble(u) * (u - mean)) / v;
                String where = unit + " at " + mean + ", " + v;
                assertThat(moments.moments().mean().getDouble(i))
                        .as("mean %s", where)
                        .isCloseTo(a, within(tolerance));
                assertThat(moments.moments().variance().getDouble(i))
                        .as("variance %s", where)
                        .isCloseTo(a * (1 - a), within(tolerance));
                assertThat(moments.moments().secondMoment().getDouble(i))
                        .as("second moment %s", where)
                        .isCloseTo(a, within(tolerance));
                assertThat(moments.gain().getDouble(i)).as("gain %s", where).isCloseTo(d, within(tolerance));
            }
        }
    }

    /** The largest of several draws is no draw of the largest. */
    @Test
    void drawnSpikesDoNotCommuteWithAMaximum() {
        assertThat(Units.of(new ActivationHeaviside()).isRising()).isTrue();
        assertThat(Units.of(new ActivationBernoulliProbit(0.5)).isRising()).isFalse();
        assertThat(Units.of(new ActivationBernoulliSigmoid()).isRising()).isFalse();
    }

    @Test
    void anObservedPotentialStillGivesAnUncertainSpike() {
        INDArray u = UnitContractTest.row(-1, 0, 2);
        UnitMoments moments = Units.of(new ActivationBernoulliProbit(0.5)).moments(Moments.pointMass(u));
        for (int i = 0; i < 3; i++) {
            double p = probit(0.5).applyAsDouble(u.getDouble(i));
            assertThat(moments.moments().mean().getDouble(i)).isCloseTo(p, within(1e-12));
            assertThat(moments.moments().variance().getDouble(i)).isCloseTo(p * (1 - p), within(1e-12));
        }
    }

    @Test
    void potentialsFarFromTheThresholdStayFinite() {
        for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
            INDArray w = UnitContractTest.row(-1e30, -1e4, -100, -38, -13, 13, 38, 100, 1e4, 1e30)
                    .castTo(type);
            for (double v : new double[] {0, 1e-30, 1, 1e30}) {
                UnitMoments moments = Units.of(new ActivationHeaviside())
                        .moments(new Moments(w, Nd4j.valueArrayOf(w.shape(), v, type)));
                assertThat(values(moments.moments().mean())).allMatch(a -> a >= 0 && a <= 1);
                assertThat(values(moments.moments().variance())).allMatch(s -> s >= 0 && s <= 0.25);
                assertThat(values(moments.gain())).allMatch(d -> d >= 0 && Double.isFinite(d));
            }
        }
    }

    private static List<Double> values(INDArray array) {
        return Arrays.stream(array.dup().data().asDouble()).boxed().toList();
    }

    @Test
    void weightsStartLargeEnoughToOutgrowTheThresholdNoise() {
        assertThat(Units.of(new ActivationHeaviside()).priorGain()).isEqualTo(1);
        assertThat(Units.of(new ActivationBernoulliProbit(0.5)).priorGain()).isEqualTo(4);
        assertThat(Units.of(new ActivationBernoulliProbit(0.01)).priorGain()).isEqualTo(1);
        assertThat(Units.of(new ActivationBernoulliSigmoid()).priorGain()).isCloseTo(20, within(0.5));
    }

    @Test
    void drawsAreSpikes() {
        Nd4j.getRandom().setSeed(5);
        INDArray v = Units.of(new ActivationBernoulliProbit(0.5)).activate(Nd4j.zeros(DataType.FLOAT, 40, 50));
        assertThat(values(v)).containsOnly(0.0, 1.0);
        assertThat(v.meanNumber().doubleValue()).isCloseTo(0.5, within(4 * 0.5 / Math.sqrt(2000)));
    }
}
