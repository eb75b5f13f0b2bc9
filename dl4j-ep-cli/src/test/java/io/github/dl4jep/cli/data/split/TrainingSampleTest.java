package io.github.dl4jep.cli.data.split;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.PixelScale;
import io.github.dl4jep.cli.data.format.Task;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Rows of three classes, of which the number of the row is the feature. */
class TrainingSampleTest {
    private static final int ROWS = 120;
    private static final int[] CLASS_OF =
            IntStream.range(0, ROWS).map(row -> row % 6 == 0 ? 2 : row % 2).toArray();

    static List<Rows> kinds() {
        byte[][] images = IntStream.range(0, ROWS)
                .mapToObj(row -> new byte[] {(byte) row})
                .toArray(byte[][]::new);
        ImageShape pixel = new ImageShape(1, 1, 1);
        return List.of(
                new FloatRows(new DataSet(
                        Nd4j.arange(ROWS).reshape(ROWS, 1).castTo(DataType.FLOAT), FloatRows.oneHot(CLASS_OF, 3))),
                new ByteRows(images, CLASS_OF, 3, PixelScale.fit(images, pixel), 1, false));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aPartHasEveryClassInProportionAndKeepsRowsAndLabelsTogether(Rows rows) {
        Rows part = new TrainingSample(0.25, 0).of(split(rows), 3).trainRows();

        assertThat(counts(part.classes())).containsExactly(10, 15, 5);
        assertThat(numbers(part)).doesNotHaveDuplicates();
        for (int row = 0; row < part.count(); row++) {
            assertThat(part.classes()[row]).isEqualTo(CLASS_OF[numbers(part).get(row)]);
        }
        assertThat(numbers(part))
                .isEqualTo(
                        numbers(new TrainingSample(0.25, 0).of(split(rows), 3).trainRows()))
                .isNotEqualTo(
                        numbers(new TrainingSample(0.25, 0).of(split(rows), 4).trainRows()));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void theGivenPartOfLabelsIsAnotherClassAndTestRowsStay(Rows rows) {
        Split noisy = new TrainingSample(1, 0.5).of(split(rows), 3);

        int[] classOf = noisy.trainRows().classes();
        assertThat(IntStream.range(0, ROWS).filter(row -> classOf[row] != CLASS_OF[row]))
                .hasSize(ROWS / 2);
        // Each of the two other classes in about half of the cases.
        assertThat(IntStream.range(0, ROWS)
                        .filter(row -> classOf[row] != CLASS_OF[row] && classOf[row] == (CLASS_OF[row] + 1) % 3))
                .hasSizeBetween(15, 45);
        assertThat(noisy.trainRows().all().getLabels().argMax(1).toIntVector()).containsExactly(classOf);
        assertThat(noisy.trainRows().all().getFeatures()).isEqualTo(rows.all().getFeatures());
        assertThat(noisy.testRows()).isSameAs(rows);
        assertThat(rows.classes()).containsExactly(CLASS_OF);
    }

    private static Split split(Rows rows) {
        return new Split(0, Task.CLASSIFICATION, rows, rows, 0, 1, null);
    }

    private static int[] counts(int[] classOf) {
        int[] counts = new int[3];
        Arrays.stream(classOf).forEach(c -> counts[c]++);
        return counts;
    }

    /** The numbers of the rows, from the order of their features. */
    private static List<Integer> numbers(Rows rows) {
        INDArray all = kinds().get(rows instanceof FloatRows ? 0 : 1).all().getFeatures();
        INDArray features = rows.all().getFeatures();
        return IntStream.range(0, rows.count())
                .mapToObj(row -> (int) IntStream.range(0, ROWS)
                        .filter(i -> all.getFloat(i) == features.getFloat(row))
                        .findFirst()
                        .orElseThrow())
                .toList();
    }
}
