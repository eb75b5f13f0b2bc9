package io.github.dl4jep.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.map.ColumnSelection;
import io.github.dl4jep.map.FixedMap;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Poolings of one window whose answer is known on paper. */
class PoolingLimitsTest {

    private static WindowGeometry oneWindow(int size) {
        return WindowGeometry.on(ExampleShape.of(1, size))
                .kernel(size)
                .output(1)
                .build();
    }

    private static FixedMap.Pass pass(FixedMap map, INDArray mean, INDArray variance) {
        return map.forward(new ForwardMessage(
                new Moments(mean, variance).shapedAs(ExampleShape.of(1, mean.columns())), BatchCovariance.none()));
    }

    @ParameterizedTest
    @EnumSource(MaxPoolingKind.class)
    void aUnitThatIsLargerForSureGoesOn(MaxPoolingKind kind) {
        FixedMap.Pass pass = pass(
                kind.pooling(oneWindow(3), null),
                Nd4j.createFromArray(new double[][] {{-20, 30, 1}}),
                Nd4j.createFromArray(new double[][] {{1, 2, 3}}));
        assertThat(pass.output().moments().mean().getDouble(0)).isCloseTo(30, within(1e-9));
        assertThat(pass.output().moments().variance().getDouble(0)).isCloseTo(2, within(1e-9));
        BackwardMessage back = pass.back()
                .apply(new BackwardMessage(
                        Nd4j.createFromArray(new double[][] {{0.7}}), Nd4j.createFromArray(new double[][] {{0.5}})));
        assertThat(back.shift().toDoubleVector()).containsExactly(new double[] {0, 0.7, 0}, within(1e-9));
        assertThat(back.curvature().toDoubleVector()).containsExactly(new double[] {0, 0.5, 0}, within(1e-9));
    }

    /** Both kinds in both precisions: single precision takes the fast way. */
    static Stream<Arguments> kindsAndTypes() {
        return Arrays.stream(MaxPoolingKind.values())
                .flatMap(kind -> Stream.of(Arguments.of(kind, DataType.DOUBLE), Arguments.of(kind, DataType.FLOAT)));
    }

    @ParameterizedTest
    @MethodSource("kindsAndTypes")
    void ofEqualObservedUnitsTheFirstGoesOn(MaxPoolingKind kind, DataType type) {
        FixedMap.Pass pass = pass(
                kind.pooling(oneWindow(3), null),
                Nd4j.createFromArray(new double[][] {{1, 4, 4}}).castTo(type),
                Nd4j.createFromArray(new double[][] {{0, 0, 0}}).castTo(type));
        INDArray z = Nd4j.createFromArray(new double[][] {{1.0}}).castTo(type);
        assertThat(pass.output().moments().mean().getDouble(0)).isEqualTo(4);
        assertThat(pass.back().apply(new BackwardMessage(z, z)).shift().toDoubleVector())
                .containsExactly(0, 1, 0);
    }

    @ParameterizedTest
    @MethodSource("kindsAndTypes")
    void aNanIsNotHidden(MaxPoolingKind kind, DataType type) {
        for (int at = 0; at < 3; at++) {
            double[] values = {1, 2, 3};
            values[at] = Double.NaN;
            FixedMap.Pass pass = pass(
                    kind.pooling(oneWindow(3), null),
                    Nd4j.createFromArray(new double[][] {values}).castTo(type),
                    Nd4j.createFromArray(new double[][] {{1, 1, 1}}).castTo(type));
            assertThat(pass.output().moments().mean().getDouble(0)).isNaN();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT", "DOUBLE"})
    void aWindowOfPaddingAloneIsZeroAndHearsNothing(DataType type) {
        WindowGeometry geometry = WindowGeometry.on(ExampleShape.of(1, 2))
                .kernel(1)
                .paddingBefore(1)
                .output(4)
                .build();
        FixedMap.Pass pass = pass(
                new MaxPooling(geometry),
                Nd4j.createFromArray(new double[][] {{-3, -5}}).castTo(type),
                Nd4j.createFromArray(new double[][] {{1, 2.0}}).castTo(type));
        INDArray message = Nd4j.createFromArray(new double[][] {{7, 8, 9, 10}}).castTo(type);

        assertThat(pass.output().moments().mean().toDoubleVector()).containsExactly(0, -3, -5, 0);
        assertThat(pass.back()
                        .apply(new BackwardMessage(message, message))
                        .shift()
                        .toDoubleVector())
                .containsExactly(8, 9);
    }

    /** E max = (m1 + m2)/2 + ... for equal means: sqrt(v/pi) above the mean, variance v (1 - 1/pi). */
    @Test
    void clarkKnowsTheMaximumOfTwoEqualGaussians() {
        FixedMap.Pass pass = pass(
                new ClarkMaxPooling(oneWindow(2)),
                Nd4j.createFromArray(new double[][] {{1e4, 1e4}}),
                Nd4j.createFromArray(new double[][] {{4, 4.0}}));
        assertThat(pass.output().moments().mean().getDouble(0)).isCloseTo(1e4 + 2 / Math.sqrt(Math.PI), within(1e-9));
        assertThat(pass.output().moments().variance().getDouble(0)).isCloseTo(4 * (1 - 1 / Math.PI), within(1e-7));
    }

    /** The maximum of four standard normals has mean 1.02938 and variance .49172; each of them is it with probability 1/4. */
    @Test
    void clarkComesCloseForFourEqualGaussians() {
        FixedMap.Pass pass = pass(
                new ClarkMaxPooling(oneWindow(4)),
                Nd4j.createFromArray(new double[][] {{0, 0, 0, 0.0}}),
                Nd4j.createFromArray(new double[][] {{1, 1, 1, 1.0}}));
        assertThat(pass.output().moments().mean().getDouble(0)).isCloseTo(1.02938, within(0.01));
        assertThat(pass.output().moments().variance().getDouble(0)).isCloseTo(0.49172, within(0.05));
        INDArray one = Nd4j.createFromArray(new double[][] {{1.0}});
        double[] back = pass.back().apply(new BackwardMessage(one, one)).shift().toDoubleVector();
        assertThat(java.util.Arrays.stream(back).sum()).isCloseTo(1, within(1e-6));
        assertThat(back).containsExactly(new double[] {0.25, 0.25, 0.25, 0.25}, within(0.06));
    }

    @Test
    void aWindowOfZerosHasANormOfZeroAndSaysNothing() {
        FixedMap.Pass pass = pass(
                new NormPooling(oneWindow(2), 2),
                Nd4j.createFromArray(new double[][] {{0, 0.0}}),
                Nd4j.createFromArray(new double[][] {{1, 1.0}}));
        INDArray one = Nd4j.createFromArray(new double[][] {{1.0}});
        assertThat(pass.output().moments().mean().getDouble(0)).isZero();
        assertThat(pass.back().apply(new BackwardMessage(one, one)).shift().toDoubleVector())
                .containsExactly(0, 0);
    }

    @Test
    void settingsOutOfRangeAreNamed() {
        assertThatThrownBy(() -> new NormPooling(oneWindow(2), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the norm of a pooling is 0, allowed are 1 and more");
        assertThatThrownBy(() -> new ColumnSelection(new int[] {0, 0}, ExampleShape.of(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("column 1 of the output is column 0 of the input, allowed is a permutation of 0 to 1");
    }
}
