package io.github.dl4jep.cli.data.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.SequenceShape;
import io.github.dl4jep.cli.data.format.Task;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

class SequenceRowsTest {
    private static final SequenceRows STEPS = new SequenceRows(
            List.of(
                    new SequenceRows.Sequence(new float[][] {{1, 10}, {2, 20}}, new float[][] {{5}, null}),
                    new SequenceRows.Sequence(new float[][] {{3, 30}, {4, 40}, {6, 60}}, new float[][] {{7}, {8}, {9}}),
                    new SequenceRows.Sequence(new float[][] {{7, 70}}, new float[][] {{1}})),
            true);
    private static final SequenceRows CLASSES = new SequenceRows(
            List.of(
                    new SequenceRows.Sequence(new float[][] {{1}, {2}}, new float[][] {{0, 1}}),
                    new SequenceRows.Sequence(new float[][] {{3}}, new float[][] {{1, 0}})),
            false);

    @Test
    void rangesAreFilledUpToTheirLongest() {
        DataSet first = STEPS.range(0, 2);
        assertThat(first.getFeatures()).isEqualTo(Nd4j.create(new float[][][] {
            {{1, 2, 0}, {10, 20, 0}}, {{3, 4, 6}, {30, 40, 60}}
        }));
        assertThat(first.getFeaturesMaskArray()).isEqualTo(Nd4j.create(new float[][] {{1, 1, 0}, {1, 1, 1}}));
        assertThat(first.getLabels()).isEqualTo(Nd4j.create(new float[][][] {{{5, 0, 0}}, {{7, 8, 9}}}));
        assertThat(first.getLabelsMaskArray()).isEqualTo(Nd4j.create(new float[][] {{1, 0, 0}, {1, 1, 1}}));

        DataSet last = STEPS.range(2, 3);
        assertThat(last.getFeatures().shape()).containsExactly(1, 2, 1);
        assertThat(last.getFeaturesMaskArray()).isNull();
        assertThat(last.getLabelsMaskArray()).isNull();
        assertThat(STEPS.shape()).containsExactly(2, 3);
        assertThat(STEPS.outputs()).isEqualTo(1);
        assertThat(STEPS.sequence()).isEqualTo(new SequenceShape(true, 3));
        assertThat(STEPS.name()).isEqualTo("sequences");
    }

    @Test
    void orderAndClasses() {
        Rows turned = CLASSES.ordered(new int[] {1, 0, 1});
        assertThat(turned.classes()).containsExactly(0, 1, 0);
        assertThat(turned.range(1, 2).getFeatures()).isEqualTo(Nd4j.create(new float[][][] {{{1, 2}}}));
        Rows other = CLASSES.withClasses(new int[] {0, 0});
        assertThat(other.all().getLabels()).isEqualTo(Nd4j.create(new float[][] {{1, 0}, {1, 0}}));
        assertThat(other.all().getFeaturesMaskArray()).isEqualTo(Nd4j.create(new float[][] {{1, 1}, {1, 0}}));
        assertThat(CLASSES.sequence()).isEqualTo(new SequenceShape(false, 2));
        assertThatThrownBy(STEPS::classes).hasMessageContaining("one at every step");
        assertThatThrownBy(() -> CLASSES.asImages(new ImageShape(1, 1, 1)))
                .hasMessage("The rows are sequences, not images.");
    }

    @Test
    void rowsAreChosenFromClassesWhereSequencesHaveOne() {
        Split classes = new Split(0, Task.CLASSIFICATION, CLASSES, CLASSES, 0, 1, null);
        assertThat(classes.choose(1, 1).test()).hasSize(1);
        Split steps = new Split(0, Task.REGRESSION, STEPS, STEPS, 0, 1, null);
        assertThat(steps.choose(2, 1).test()).hasSize(2);
        assertThat(steps.shape().inputs()).isEqualTo(2);
    }

    @Test
    void stepsWithLabelsBecomeRows() {
        DataSet all = STEPS.all();
        INDArray rows = SequenceSteps.rows(all.getLabels(), all.getLabelsMaskArray());
        assertThat(rows).isEqualTo(Nd4j.create(new float[][] {{5}, {7}, {8}, {9}, {1}}));
        assertThat(SequenceSteps.labels(all)).containsExactly(1, 3, 1);
        assertThat(SequenceSteps.rows(STEPS.range(1, 2).getFeatures(), null)).isEqualTo(Nd4j.create(new float[][] {
            {3, 30}, {4, 40}, {6, 60}
        }));
        INDArray table = Nd4j.ones(2, 3);
        assertThat(SequenceSteps.rows(table, null)).isSameAs(table);
        assertThat(SequenceSteps.labels(new DataSet(table, table))).isEmpty();
    }

    @Test
    void longSequencesRunFewAtATime() {
        assertThat(SequenceSteps.atOnce(Nd4j.ones(5, 3), 1000)).isEqualTo(1000);
        assertThat(SequenceSteps.atOnce(Nd4j.ones(5, 3, 100), 1000)).isEqualTo(200);
        assertThat(SequenceSteps.atOnce(1_000_000, 1000)).isEqualTo(1);
        assertThat(SequenceSteps.atOnce(2, 1000)).isEqualTo(1000);
    }
}
