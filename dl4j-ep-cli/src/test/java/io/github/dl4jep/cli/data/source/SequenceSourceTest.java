package io.github.dl4jep.cli.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.cli.data.format.RowFormat;
import io.github.dl4jep.cli.data.format.SequenceShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.data.split.TrainingData;
import io.github.dl4jep.cli.data.table.ReadOptions;
import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

class SequenceSourceTest {
    @TempDir
    private Path folder;

    private String label;
    private Task task;
    private String header;
    private boolean strict;
    private double testFraction = DataRequest.NO_TEST_ROWS;

    private void write(String file, String... lines) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, String.join("\n", lines) + (lines.length == 0 ? "" : "\n"));
    }

    private DataSource open() {
        return DataSources.open(new DataRequest(
                "sequences:" + folder,
                folder,
                task,
                label,
                testFraction,
                1,
                null,
                ReadOptions.parse(header, null, null, strict)));
    }

    private void refuses(String... parts) {
        assertThatThrownBy(this::open)
                .isInstanceOf(UserException.class)
                .satisfies(failure -> assertThat(failure.getMessage().replace(folder.toString(), "DIR"))
                        .contains(parts));
    }

    @Test
    void oneLabelForEachSequence() throws IOException {
        write("features/0.csv", "1,5", "2,6", "3,7");
        write("features/2.csv", "4,8");
        write("features/10.csv", "5,9", "6,10");
        write("labels/0.csv", "up");
        write("labels/2.csv", "down");
        write("labels/10.csv", "up");
        write("features/readme.md", "nothing");
        DataSource source = open();
        assertThat(source.task()).isEqualTo(Task.CLASSIFICATION);
        assertThat(source.notes())
                .contains(
                        "3 sequences of 1 to 3 steps and 2 columns were read, without a header, so they are named x1 to"
                                + " x2, with one label for each sequence.")
                .anyMatch(note -> note.contains("Files skipped") && note.contains(": 1, whose names"));
        TrainingData data = source.trainingData(0);
        assertThat(data.test()).isNull();
        // The order of the split is random: sort by the number of steps.
        DataSet rows = data.train().all();
        double deviation = Math.sqrt(35.0 / 12);
        for (int i = 0; i < 3; i++) {
            int steps = rows.getFeaturesMaskArray().getRow(i).sumNumber().intValue();
            double[] first = steps == 3 ? new double[] {1, 2, 3} : steps == 1 ? new double[] {4} : new double[] {5, 6};
            for (int t = 0; t < 3; t++) {
                assertThat(rows.getFeatures().getDouble(i, 0, t))
                        .isCloseTo(t < steps ? (first[t] - 3.5) / deviation : 0, within(1e-6));
                assertThat(rows.getFeatures().getDouble(i, 1, t))
                        .isCloseTo(t < steps ? (first[t] - 3.5) / deviation : 0, within(1e-6));
                assertThat(rows.getFeaturesMaskArray().getDouble(i, t)).isEqualTo(t < steps ? 1 : 0);
            }
            assertThat(rows.getLabels().getRow(i).toDoubleVector())
                    .containsExactly(steps == 1 ? 1 : 0, steps == 1 ? 0 : 1);
        }
        assertThat(rows.getLabelsMaskArray()).isNull();
        RowFormat format = data.format();
        assertThat(format.sequence()).isEqualTo(new SequenceShape(false, 3));
        assertThat(format.labelIndex()).isEqualTo(RowFormat.ELSEWHERE);
        assertThat(format.classes()).containsExactly("down", "up");
        assertThat(format.problem()).isNull();
    }

    @Test
    void aLabelColumnHasLabelsAtSomeSteps() throws IOException {
        write("a.csv", "x,y,z", "1,10,5", "2,,6", "3,30,7");
        write("b.csv", "x,y,z", "4,40,8", "5,50,9");
        label = "y";
        TrainingData data = open().trainingData(0);
        DataSet rows = data.train().all();
        assertThat(data.format().sequence()).isEqualTo(new SequenceShape(true, 3));
        assertThat(data.format().targetMean()).isEqualTo(32.5);
        int first = rows.getFeaturesMaskArray().getRow(0).sumNumber().intValue() == 3 ? 0 : 1;
        assertThat(rows.getLabelsMaskArray().getRow(first).toDoubleVector()).containsExactly(1, 0, 1);
        assertThat(rows.getLabelsMaskArray().getRow(1 - first).toDoubleVector()).containsExactly(1, 1, 0);
        INDArray labels = rows.getLabels()
                .mul(data.format().targetDeviation())
                .add(data.format().targetMean());
        assertThat(labels.getDouble(first, 0, 2)).isCloseTo(30, within(1e-5));
        assertThat(labels.getDouble(1 - first, 0, 0)).isCloseTo(40, within(1e-5));
        assertThat(open().notes().get(0)).endsWith("named by the first line, with a label at every step but 1.");
    }

    @Test
    void aSingleLabelInAColumnIsThatOfTheWholeSequence() throws IOException {
        write("a.csv", "x,kind", "1,", "2,", "3,good");
        write("b.csv", "x,kind", "4,bad", "5,");
        TrainingData data = open().trainingData(0);
        assertThat(data.format().sequence()).isEqualTo(new SequenceShape(false, 3));
        assertThat(data.format().labelIndex()).isEqualTo(1);
        assertThat(data.train().all().getLabels().shape()).containsExactly(2, 2);
    }

    @Test
    void labelsAtEveryStepInOtherFiles() throws IOException {
        write("features/a.csv", "temperature", "1", "2", "3");
        write("features/b.csv", "temperature", "4", "5");
        write("labels/a.csv", "load", "10", "20", "NA");
        write("labels/b.csv", "load", "40", "60");
        TrainingData data = open().trainingData(0);
        assertThat(data.format().label()).isEqualTo("load");
        assertThat(data.format().task()).isEqualTo(Task.REGRESSION);
        assertThat(data.format().targetMean()).isEqualTo(32.5);
        assertThat(data.train().all().getLabels().shape()).containsExactly(2, 1, 3);
        assertThat(data.train().all().getLabelsMaskArray().sumNumber().intValue())
                .isEqualTo(4);
    }

    @Test
    void trainAndTestFoldersAreTheSplit() throws IOException {
        for (int i = 0; i < 4; i++) {
            write("train/features/" + i + ".csv", String.valueOf(i), String.valueOf(i + 1));
            write("train/labels/" + i + ".csv", i % 2 == 0 ? "even" : "odd");
        }
        write("test/features/0.csv", "7", "8", "9");
        write("test/labels/0.csv", "odd");
        testFraction = 0.5;
        Split split = open().split(0);
        assertThat(split.trainRows().count()).isEqualTo(4);
        assertThat(split.testRows().count()).isEqualTo(1);
        assertThat(split.test().getLabels().toDoubleVector()).containsExactly(0, 1);
        // Scaled as the training sequences: 0, 1, 1, 2, 2, 3, 3, 4.
        assertThat(split.test().getFeatures().getDouble(0, 0, 0)).isCloseTo(5 / Math.sqrt(1.5), within(1e-6));
    }

    @Test
    void testSequencesAreChosenByTheSeedFromEachClass() throws IOException {
        for (int i = 0; i < 20; i++) {
            write("features/" + i + ".csv", String.valueOf(i), String.valueOf(i + 1));
            write("labels/" + i + ".csv", i % 4 == 0 ? "rare" : "often");
        }
        testFraction = 0.2;
        Split split = open().split(0);
        assertThat(split.testRows().classes()).hasSize(4).contains(1);
        assertThat(split.trainRows().classes()).hasSize(16);
        assertThat(open().split(0).test()).isEqualTo(split.test());
        assertThat(open().withSeed(5).split(0).test().getFeatures())
                .isNotEqualTo(split.test().getFeatures());
        testFraction = 0.01;
        refuses("a test fraction of 0.01 of 20 sequences leaves no training sequences or no test sequences");
    }

    @Test
    void filesWithoutPartnerAreNamed() throws IOException {
        write("features/0.csv", "1", "2");
        write("features/1.csv", "3", "4");
        write("features/2.csv", "3", "4");
        write("labels/0.csv", "a");
        refuses("DIR/features/1.csv has no partner DIR/labels/1.csv, and so it is with 1 more: 2.csv.");
        write("labels/1.csv", "a");
        write("labels/2.csv", "b");
        write("labels/3.csv", "b");
        refuses("DIR/labels/3.csv has no partner DIR/features/3.csv.");
    }

    @Test
    void lengthsThatDifferAreNamed() throws IOException {
        write("features/0.csv", "1", "2", "5");
        write("features/1.csv", "3", "4");
        write("labels/0.csv", "1", "2", "4");
        write("labels/1.csv", "1", "2", "3");
        refuses(
                "DIR/labels/1.csv has 3 labels, but DIR/features/1.csv has 2 steps: give one label for each step, or one"
                        + " for the whole sequence.");
        write("labels/1.csv", "1");
        refuses("DIR/labels/1.csv has one label for the whole sequence, but DIR/labels/0.csv has one for each step");
    }

    @Test
    void columnsThatDifferAreNamed() throws IOException {
        write("0.csv", "a,b,y", "1,2,3");
        write("1.csv", "a,c,y", "1,2,3");
        refuses("DIR/1.csv has the columns \"a\", \"c\", \"y\", but DIR/0.csv has \"a\", \"b\", \"y\"");
        write("0.csv", "1,2,3", "1,2,4");
        write("1.csv", "1,2", "1,2");
        refuses("DIR/1.csv has 2 columns, but DIR/0.csv has 3: all sequences must have the same columns");
        write("1.csv", "1,2,5", "1,2");
        refuses("DIR/1.csv, row 2: 2 cells, but the first line has 3 columns.");
    }

    @Test
    void emptyFilesAndFoldersAreRefused() throws IOException {
        refuses("The folder DIR has no sequences: their files end in .csv, .tsv or .txt, also with .gz.");
        write("0.csv", "a,y", "1,2");
        write("1.csv");
        refuses("DIR/1.csv is empty.");
        write("1.csv", "a,y");
        refuses("DIR/1.csv has no rows below its header.");
        Files.createDirectory(folder.resolve("labels"));
        refuses("DIR has a folder labels, but no folder features.");
        Files.move(folder.resolve("labels"), folder.resolve("features"));
        refuses("DIR has a folder features, but no folder labels.");
        assertThatThrownBy(() -> DataSources.open(
                        new DataRequest("sequences:" + folder.resolve("nowhere"), folder, null, null, 0.2, 1)))
                .hasMessageContaining("There is no folder")
                .hasMessageContaining("nowhere: --data sequences:DIR takes a folder of CSV files");
    }

    @Test
    void badCellsAreNamedInTheirFile() throws IOException {
        write("features/0.csv", "1", "2");
        write("features/1.csv", "3", "4", "many");
        write("labels/0.csv", "1");
        write("labels/1.csv", "x");
        task = Task.REGRESSION;
        refuses("DIR/features/1.csv, row 3, column \"x1\": \"many\" is not a finite number", "(x1 1, label 1 in all)");
        write("features/1.csv", "3", "4", "5");
        refuses("DIR/labels/1.csv, row 1, column \"label\": \"x\" is not a finite number");
        task = null;
        refuses(
                "DIR/labels/1.csv, row 1, column \"label\": the label \"x\" is not a finite number, but 1 of 2 labels are");
        write("labels/1.csv", "3");
        write("features/1.csv", "3", "NA", "5");
        strict = true;
        refuses("DIR/features/1.csv, row 2, column \"x1\": the value is missing, which --strict refuses");
        strict = false;
        assertThat(open().trainingData(0).format().inputs()).isEqualTo(2);
    }

    @Test
    void labelsAreFoundByName() throws IOException {
        write("features/0.csv", "1", "2", "6");
        write("features/1.csv", "3", "4", "7");
        write("labels/0.csv", "first,second", "1,7");
        write("labels/1.csv", "first,second", "2,9");
        refuses("DIR/labels/0.csv has 2 columns, but a label is one: name it by --label", "\"first\", \"second\"");
        label = "third";
        refuses("there is no column \"third\"; the columns are \"first\", \"second\"");
        label = "second";
        TrainingData data = open().trainingData(0);
        assertThat(data.format().label()).isEqualTo("second");
        assertThat(data.format().targetMean()).isEqualTo(8);
        // Of two steps, two lines are two labels, or a header and one.
        write("features/0.csv", "1", "2");
        write("features/1.csv", "3", "4");
        refuses(
                "DIR/labels/0.csv: the first line (first, second) may be a header or a row, as there are as many lines as");
    }

    @Test
    void aSequenceWithoutLabelsIsRefused() throws IOException {
        write("a.csv", "x,y", "1,2", "2,3");
        write("b.csv", "x,y", "1,", "2,");
        refuses("DIR/b.csv, row 1, column \"y\": this sequence has no label in any row; see --label.");
    }

    @Test
    void aFirstLineThatIsTheSameInAllFilesIsAskedAbout() throws IOException {
        write("features/0.csv", "0", "2", "3");
        write("features/1.csv", "0", "4", "3");
        write("labels/0.csv", "1");
        write("labels/1.csv", "2");
        refuses("DIR/features/0.csv: the first line (0) may be a header or a row, as all of it are numbers");
        header = "no";
        assertThat(open().trainingData(0).format().sequence()).isEqualTo(new SequenceShape(false, 3));
    }

    @Test
    void halvesAreKeptAlike() throws IOException {
        write("train/features/0.csv", "1");
        write("train/labels/0.csv", "1");
        write("test/0.csv", "1,2");
        refuses("DIR/train has the folders features and labels, but DIR/test has not.");
    }
}
