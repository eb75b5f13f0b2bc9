package io.github.dl4jep.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.window.WindowGeometry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Windows and patches against their definition, written once more here. */
class PatchesTest {

    private static final int BATCH = 3;

    static List<WindowGeometry> geometries() {
        return List.of(
                WindowGeometry.on(ExampleShape.of(2, 6)).kernel(3).output(4).build(),
                WindowGeometry.on(ExampleShape.of(2, 5, 4))
                        .kernel(3, 2)
                        .stride(2, 1)
                        .paddingBefore(1, 0)
                        .output(3, 3)
                        .build(),
                WindowGeometry.on(ExampleShape.of(1, 7, 7))
                        .kernel(2, 3)
                        .dilation(3, 2)
                        .paddingBefore(1, 2)
                        .output(6, 7)
                        .build(),
                WindowGeometry.on(ExampleShape.of(3, 2, 3))
                        .kernel(3, 3)
                        .inputDilation(2, 2)
                        .paddingBefore(2, 2)
                        .output(5, 7)
                        .build(),
                WindowGeometry.on(ExampleShape.of(2, 3, 3, 4))
                        .kernel(2, 2, 3)
                        .stride(1, 1, 2)
                        .paddingBefore(0, 0, 1)
                        .output(2, 2, 2)
                        .build());
    }

    @Test
    void aWindowReadsWhatTheFormulaSays() {
        WindowGeometry geometry = WindowGeometry.on(ExampleShape.of(2, 4))
                .kernel(3)
                .stride(2)
                .dilation(2)
                .paddingBefore(1)
                .output(2)
                .build();
        // position o * 2 - 1 + k * 2
        assertThat(geometry.sources(0)).containsExactly(-1, 1);
        assertThat(geometry.sources(1)).containsExactly(1, 3);
        assertThat(geometry.sources(2)).containsExactly(3, -1);
        assertThat(geometry.fanIn()).isEqualTo(6);
        assertThat(geometry.outputShape(5)).isEqualTo(ExampleShape.of(5, 2));
        assertThat(geometry.inputShape()).isEqualTo(ExampleShape.of(2, 4));
    }

    @Test
    void inputDilationPutsZerosBetweenPositions() {
        WindowGeometry geometry = WindowGeometry.on(ExampleShape.of(1, 2))
                .kernel(2)
                .inputDilation(3)
                .output(4)
                .build();
        // The input is seen as x0 0 0 x1.
        assertThat(geometry.sources(0)).containsExactly(0, -1, -1, 1);
        assertThat(geometry.sources(1)).containsExactly(-1, -1, 1, -1);
    }

    @Test
    void geometriesAreValues() {
        List<WindowGeometry> again = geometries();
        for (int i = 0; i < again.size(); i++) {
            assertThat(geometries().get(i)).isEqualTo(again.get(i)).hasSameHashCodeAs(again.get(i));
            assertThat(geometries().get(i)).isNotEqualTo(again.get((i + 1) % again.size()));
        }
    }

    @Test
    void wrongSizesAreNamed() {
        ExampleShape image = ExampleShape.of(1, 4, 4);
        assertThatThrownBy(() -> WindowGeometry.on(image).kernel(3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("kernel is [3], but an example has shape [1, 4, 4]");
        assertThatThrownBy(
                        () -> WindowGeometry.on(image).kernel(3, 3).output(0, 2).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("output size is [1, 0, 2], allowed are positive sizes");
        assertThatThrownBy(() -> WindowGeometry.on(ExampleShape.of(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("windows need channels and one to three dimensions");
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void theFastWayEqualsThePlainWay(WindowGeometry geometry) {
        Nd4j.getRandom().setSeed(5);
        Patches patches = new Patches(geometry);
        INDArray x = Nd4j.randn(DataType.FLOAT, BATCH, geometry.inputShape().length());
        assertThat(patches.gather(x)).isEqualTo(patches.plainGather(x));
        INDArray y = Nd4j.randn(DataType.FLOAT, (long) geometry.outputPositions() * BATCH, geometry.fanIn());
        INDArray plain = patches.scatter(y.castTo(DataType.DOUBLE)).castTo(DataType.FLOAT);
        assertThat(patches.scatter(y).equalsWithEps(plain, 1e-5)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void rowsArePositionsTimesExamplesAndColumnsChannelsTimesKernel(WindowGeometry geometry) {
        Nd4j.getRandom().setSeed(6);
        INDArray x = Nd4j.randn(DataType.DOUBLE, BATCH, geometry.inputShape().length());
        INDArray patches = new Patches(geometry).gather(x);
        for (int k = 0; k < geometry.kernelPositions(); k++) {
            int[] sources = geometry.sources(k);
            for (int channel = 0; channel < geometry.channels(); channel++) {
                for (int p = 0; p < sources.length; p++) {
                    for (int n = 0; n < BATCH; n++) {
                        double expected =
                                sources[p] < 0 ? 0 : x.getDouble(n, channel * geometry.inputPositions() + sources[p]);
                        assertThat(patches.getDouble(p * BATCH + n, channel * geometry.kernelPositions() + k))
                                .isEqualTo(expected);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void scatterIsTheAdjointOfGather(WindowGeometry geometry) {
        Nd4j.getRandom().setSeed(7);
        for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
            Patches patches = new Patches(geometry);
            INDArray x = Nd4j.randn(type, BATCH, geometry.inputShape().length());
            INDArray y = Nd4j.randn(type, (long) geometry.outputPositions() * BATCH, geometry.fanIn());
            double forward = patches.gather(x).mul(y).sumNumber().doubleValue();
            double back = patches.scatter(y).mul(x).sumNumber().doubleValue();
            assertThat(back).isCloseTo(forward, within(type == DataType.FLOAT ? 1e-3 : 1e-9));
        }
    }

    @Test
    void anyOrderingOfTheInputIsRead() {
        WindowGeometry geometry = geometries().get(1);
        Patches patches = new Patches(geometry);
        Nd4j.getRandom().setSeed(9);
        INDArray x = Nd4j.randn(DataType.FLOAT, BATCH, geometry.inputShape().length());
        assertThat(patches.gather(x.dup('c'))).isEqualTo(patches.gather(x.dup('f')));
        INDArray wide = Nd4j.hstack(x, x).dup('f');
        INDArray view = wide.getColumns(java.util.stream.IntStream.range((int) x.size(1), 2 * (int) x.size(1))
                .toArray());
        assertThat(patches.gather(view)).isEqualTo(patches.gather(x));
        INDArray tail = wide.get(
                org.nd4j.linalg.indexing.NDArrayIndex.all(),
                org.nd4j.linalg.indexing.NDArrayIndex.interval(x.size(1), 2 * x.size(1)));
        assertThat(patches.gather(tail)).isEqualTo(patches.gather(x));
    }
}
