package io.github.dl4jep.unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.message.Moments;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What every unit must do. Subclasses supply the units. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class UnitContractTest {

    private static final double[] MEANS = {-100, -30, -10, -5, -3, -1, -0.3, -0.01, 0, 0.01, 0.3, 1, 3, 5, 10, 30, 100};
    private static final double[] VARIANCES = {1e-6, 1e-4, 1e-2, 0.1, 0.25, 1, 4, 25, 100, 1e4};

    private static final double FLOAT_ROUNDING = Math.pow(2, -22);
    private static final double DOUBLE_ROUNDING = Math.pow(2, -50);

    /** The units under test. */
    abstract Stream<UnitCase> units();

    @ParameterizedTest
    @MethodSource("units")
    void meanVarianceAndGainAreThoseOfTheDensityInDoublePrecision(UnitCase unit) {
        for (double v : VARIANCES) {
            assertThat(worstError(unit, DataType.DOUBLE, v))
                    .as("worst error of %s at variance %s", unit, v)
                    .isLessThan(unit.tolerance().applyAsDouble(v));
        }
    }

    @ParameterizedTest
    @MethodSource("units")
    void meanVarianceAndGainAreThoseOfTheDensityInSinglePrecision(UnitCase unit) {
        for (double v : VARIANCES) {
            // f(w + x) - f(w) loses what is below the rounding of f(w); |w| goes to 100.
            double rounding = 3e-6 + 3e-6 / Math.sqrt(v);
            assertThat(worstError(unit, DataType.FLOAT, v))
                    .as("worst error of %s at variance %s", unit, v)
                    .isLessThan(unit.tolerance().applyAsDouble(v) + rounding);
        }
    }

    /** A processor multiplies subnormal numbers a hundred times more slowly; the next layer multiplies moments, gains and their squares. */
    @ParameterizedTest
    @MethodSource("units")
    void tailsAreNotSubnormalInSinglePrecision(UnitCase unit) {
        INDArray w = Nd4j.linspace(DataType.FLOAT, -60, 0.01, 12_001).reshape(1, 12_001);
        for (float v : new float[] {1e-4f, 0.01f, 1, 100}) {
            UnitMoments moments = unit.unit().moments(new Moments(w, Nd4j.valueArrayOf(w.shape(), v, DataType.FLOAT)));
            assertThat(subnormal(moments.moments().mean())).as("mean").isZero();
            assertThat(subnormal(variance(moments))).as("variance").isZero();
            if (moments.gain() != null) {
                assertThat(subnormal(moments.gain())).as("gain").isZero();
                assertThat(subnormal(moments.gain().mul(moments.gain())))
                        .as("squared gain")
                        .isZero();
            }
        }
    }

    private static long subnormal(INDArray values) {
        float[] elements = values.dup().data().asFloat();
        return IntStream.range(0, elements.length)
                .filter(i -> elements[i] != 0 && Math.abs(elements[i]) < Float.MIN_NORMAL)
                .count();
    }

    private static double worstError(UnitCase unit, DataType type, double variance) {
        INDArray w = row(MEANS).castTo(type);
        INDArray v = Nd4j.valueArrayOf(w.shape(), variance, type);
        UnitMoments moments = unit.unit().moments(new Moments(w, v));
        double rounding = type == DataType.FLOAT ? FLOAT_ROUNDING : DOUBLE_ROUNDING;
        double worst = 0;
        for (int i = 0; i < MEANS.length; i++) {
            // The oracle starts from what the type could hold.
            ExpectedMoments expected =
                    ExpectedMoments.of(unit.function(), unit.kinks(), w.getDouble(i), v.getDouble(i));
            double error = expected.error(
                    moments.moments().mean().getDouble(i),
                    variance(moments).getDouble(i),
                    gain(moments, i),
                    v.getDouble(i),
                    rounding);
            assertThat(error)
                    .as("error of %s at mean %s, variance %s", unit, MEANS[i], variance)
                    .isNotNaN();
            worst = Math.max(worst, error);
        }
        return worst;
    }

    @ParameterizedTest
    @MethodSource("units")
    void gainIsTheExpectedSlope(UnitCase unit) {
        for (double v : new double[] {0.01, 0.25, 1}) {
            for (double w : new double[] {-3, -0.5, 0, 0.7, 2}) {
                UnitMoments moments = unit.unit().moments(new Moments(row(w), row(v)));
                double slope = ExpectedMoments.slope(unit.function(), unit.kinks(), w, v);
                assertThat(gain(moments, 0))
                        .as("gain of %s at mean %s, variance %s", unit, w, v)
                        .isCloseTo(slope, within(1e-5 + unit.tolerance().applyAsDouble(v)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("units")
    void observedInputGivesTheFunctionWithoutVariance(UnitCase unit) {
        INDArray values = row(MEANS);
        UnitMoments moments = unit.unit().moments(Moments.pointMass(values));
        assertThat(moments.moments().isPointMass()).isTrue();
        assertThat(moments.gain()).isNull();
        assertIsFunction(unit, moments.moments().mean());
        assertThat(values).as("the input").isEqualTo(row(MEANS));
    }

    @ParameterizedTest
    @MethodSource("units")
    void activatesAsTheFunction(UnitCase unit) {
        assertIsFunction(unit, unit.unit().activate(row(MEANS)));
    }

    @ParameterizedTest
    @MethodSource("units")
    void noVarianceInGivesNoVarianceOut(UnitCase unit) {
        for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
            INDArray w = row(MEANS).castTo(type);
            UnitMoments moments = unit.unit().moments(new Moments(w, w.mul(0)));
            assertThat(variance(moments).amaxNumber().doubleValue()).isZero();
            assertThat(moments.gain() == null
                            || Double.isFinite(moments.gain().sumNumber().doubleValue()))
                    .as("finite gain")
                    .isTrue();
            if (type == DataType.DOUBLE) {
                assertIsFunction(unit, moments.moments().mean());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("units")
    void doesNotDependOnTheLayoutOfTheArrays(UnitCase unit) {
        for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
            INDArray w =
                    Nd4j.linspace(DataType.DOUBLE, -3, 0.25, 24).reshape(4, 6).castTo(type);
            INDArray v = w.mul(w).addi(0.5);
            UnitMoments plain = unit.unit().moments(new Moments(w.dup('c'), v.dup('c')));
            assertSame(plain, unit.unit().moments(new Moments(w.dup('f'), v.dup('f'))));
            assertSame(plain, unit.unit().moments(new Moments(w.dup('c'), v.dup('f'))));
            assertSame(plain, unit.unit().moments(new Moments(embedded(w), embedded(v))));
        }
    }

    @ParameterizedTest
    @MethodSource("units")
    void leavesItsInputAlone(UnitCase unit) {
        for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
            INDArray w = row(MEANS).castTo(type);
            INDArray v = w.mul(w).addi(0.5);
            INDArray means = w.dup();
            INDArray variances = v.dup();
            unit.unit().moments(new Moments(w, v));
            assertThat(w).isEqualTo(means);
            assertThat(v).isEqualTo(variances);
        }
    }

    @ParameterizedTest
    @MethodSource("units")
    void aNanDoesNotVanish(UnitCase unit) {
        for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
            INDArray w = row(Double.NaN, -1, 1).castTo(type);
            INDArray v = row(1, Double.NaN, Double.NaN).castTo(type);
            UnitMoments moments = unit.unit().moments(new Moments(w, v));
            assertThat(moments.moments().mean().getDouble(0)).isNaN();
            assertThat(variance(moments).getDouble(1)).isNaN();
            assertThat(variance(moments).getDouble(2)).isNaN();
        }
    }

    /** E f(u)^2 = 1 / g for u ~ N(0, 1), which keeps the size of activations; functions that are no multiples of |u| have 1 or 2. */
    @ParameterizedTest
    @MethodSource("units")
    void priorGainKeepsTheSizeOfActivations(UnitCase unit) {
        double right = unit.function().applyAsDouble(1);
        double left = unit.function().applyAsDouble(-1);
        boolean homogeneous =
                unit.function().applyAsDouble(3) == 3 * right && unit.function().applyAsDouble(-3) == 3 * left;
        if (homogeneous && right > 0) {
            assertThat(unit.unit().priorGain()).isCloseTo(2 / (right * right + left * left), within(1e-12));
        } else {
            assertThat(unit.unit().priorGain()).isIn(1.0, 2.0);
        }
    }

    Stream<UnitCase> risingUnits() {
        return units().filter(unit -> unit.unit().isRising());
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("risingUnits")
    void aRisingUnitNeverFalls(UnitCase unit) {
        for (double u = -20; u < 20; u += 0.01) {
            assertThat(unit.function().applyAsDouble(u + 0.01))
                    .isGreaterThanOrEqualTo(unit.function().applyAsDouble(u));
        }
    }

    @ParameterizedTest
    @MethodSource("units")
    void ordersByTheMeanWhereVariancesAreEqual(UnitCase unit) {
        for (double v : VARIANCES) {
            float[] mean = new float[MEANS.length];
            float[] variance = new float[MEANS.length];
            float[] key = new float[MEANS.length];
            for (int i = 0; i < mean.length; i++) {
                mean[i] = (float) MEANS[i];
                variance[i] = (float) v;
            }
            unit.unit().order(mean, variance, key);
            assertThat(key).isSorted();
        }
    }

    @ParameterizedTest
    @MethodSource("units")
    void orderKeepsANan(UnitCase unit) {
        float[] key = new float[2];
        unit.unit().order(new float[] {Float.NaN, 1}, new float[] {1, Float.NaN}, key);
        assertThat(key).containsOnly(Float.NaN);
    }

    private static void assertIsFunction(UnitCase unit, INDArray actual) {
        for (int i = 0; i < MEANS.length; i++) {
            double expected = unit.function().applyAsDouble(MEANS[i]);
            // DL4J holds some constants in single precision.
            assertThat(actual.getDouble(i))
                    .as("%s(%s)", unit, MEANS[i])
                    .isCloseTo(expected, within(2e-7 * Math.max(1, Math.abs(expected))));
        }
    }

    private static void assertSame(UnitMoments expected, UnitMoments actual) {
        assertThat(actual.moments().mean().equalsWithEps(expected.moments().mean(), 1e-6))
                .isTrue();
        assertThat(variance(actual).equalsWithEps(variance(expected), 1e-6)).isTrue();
        if (expected.gain() != null) {
            assertThat(actual.gain().equalsWithEps(expected.gain(), 1e-6)).isTrue();
        }
    }

    /** A view with gaps of the same values. */
    private static INDArray embedded(INDArray values) {
        INDArray larger =
                Nd4j.valueArrayOf(new long[] {values.rows() + 2, values.columns() + 3}, 77.0, values.dataType());
        INDArray view =
                larger.get(NDArrayIndex.interval(1, 1 + values.rows()), NDArrayIndex.interval(2, 2 + values.columns()));
        return view.assign(values);
    }

    static INDArray row(double... values) {
        return Nd4j.createFromArray(values).reshape(1, values.length);
    }

    private static INDArray variance(UnitMoments moments) {
        INDArray variance = moments.moments().variance();
        assertThat(variance).as("variance of the activation").isNotNull();
        return variance;
    }

    private static double gain(UnitMoments moments, int i) {
        return moments.gain() == null ? 1 : moments.gain().getDouble(i);
    }
}
