package io.github.dl4jep.cli.data.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.cli.data.format.InputColumn;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.failure.UserException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvFileTest {
    @Test
    void textLabelsAreClassesInAlphabeticalOrder() {
        Table table = read("a,b,kind\n1,2,pear\n3,4,apple\n5,6,pear\n").table(null, null);

        assertThat(table.task()).isEqualTo(Task.CLASSIFICATION);
        assertThat(table.classes()).containsExactly("apple", "pear");
        assertThat(table.labels()).containsExactly(1, 0, 1);
        assertThat(inputs(table)).isDeepEqualTo(new double[][] {{1, 2}, {3, 4}, {5, 6}});
    }

    @Test
    void numberLabelsAreARegressionEvenWhenWhole() {
        Table table = read("a,y\n1,2\n3,4\n").table(null, null);

        assertThat(table.task()).isEqualTo(Task.REGRESSION);
        assertThat(table.labels()).containsExactly(2, 4);
    }

    @Test
    void wholeNumbersAreClassesWhenAskedFor() {
        Table table = read("a,y\n1,2\n3,4\n5,2\n").table(null, Task.CLASSIFICATION);

        assertThat(table.classes()).containsExactly("2", "4");
        assertThat(table.labels()).containsExactly(0, 1, 0);
    }

    @Test
    void labelCanBeAnyColumn() {
        Table table = read("y,a\n10,1\n20,2\n").table("y", null);

        assertThat(table.labels()).containsExactly(10, 20);
        assertThat(inputs(table)).isDeepEqualTo(new double[][] {{1}, {2}});
    }

    @Test
    void byteOrderMarkQuotesAndSpacesAreNoPartOfTheCells() {
        Table table = read("\uFEFFa, \"b, c\" ,y\r\n 1 ,\"2\",x\r\n3,4,z\r\n").table(null, null);

        assertThat(inputs(table)).isDeepEqualTo(new double[][] {{1, 2}, {3, 4}});
        assertThat(read("\uFEFFa,y\n1,2\n3,4\n").header()).containsExactly("a", "y");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "inf",
                "-Infinity",
                "1e999",
                "1d",
                "0.12d",
                "1f",
                "1F",
                "0x10",
                "0x1p3",
                "1,500",
                "5 %",
                "--1"
            })
    void cellThatIsNoFiniteNumberIsNamedWithRowAndColumn(String cell) {
        CsvFile csv = read("a,b,y\n1,2,3\n4,\"" + cell + "\",6\n");

        assertThatThrownBy(() -> csv.table(null, null))
                .isInstanceOf(UserException.class)
                .hasMessage("FILE, row 2, column \"b\": \"" + cell
                        + "\" is not a finite number; a missing value is an empty cell, NA or ?.");
    }

    @Test
    void theMinusAndTheBlanksOfTextProgramsAreRead() {
        Table table = read("a,b,y\n\u22121,\u00a02\u202f,3\n4,\u00a0,\u22125e\u22122\n")
                .table(null, null);

        assertThat(inputs(table)).isDeepEqualTo(new double[][] {{-1, 2, 0}, {4, 2, 1}});
        assertThat(table.labels()).containsExactly(3, -0.05);
    }

    /** The row would be refused when the file is predicted. */
    @Test
    void aBadCellInARowWithoutALabelIsNamedToo() {
        CsvFile csv = read("a,b,y\n1,2,3\n4,5,6\n7,x,\n");

        assertThatThrownBy(() -> csv.table(null, null))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "FILE, row 3, column \"b\": \"x\" is not a finite number; a missing value is an empty cell, NA or ?.");
        assertThat(read("a,b,y\n1,2,3\n4,5,6\n7,NA,\n").table(null, null).notes())
                .noneMatch(note -> note.startsWith("Missing values"));
    }

    @Test
    void allBadCellsAreCounted() {
        CsvFile csv = read("a,b,y\n1,x,3\n4,5,6\ny,7,8\n9,10,z\n11,12,13\n");

        assertThatThrownBy(() -> csv.table(null, Task.REGRESSION))
                .hasMessage(
                        "FILE, row 1, column \"b\": \"x\" is not a finite number, and so are 2 more cells (a 1, b 1, y 1 in"
                                + " all); a missing value is an empty cell, NA or ?.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "NA", "n/a", "?", "nan", "NaN", "NULL", " "})
    void missingNumberBecomesTheMeanAndAnInput(String cell) {
        Table table = read("a,b,y\n1,2,3\n4," + cell + ",6\n5,4,7\n").table(null, null);

        // a, b, and whether b is missing; the mean of 2 and 4 is 3.
        assertThat(inputs(table)).isDeepEqualTo(new double[][] {{1, 2, 0}, {4, 3, 1}, {5, 4, 0}});
        assertThat(table.notes())
                .anySatisfy(note -> assertThat(note).startsWith("Missing values: 1 in 1 column (b 1); "));
    }

    @Test
    void wordsBecomeOneInputEachAndRareOnesTheOther() {
        Table table = read("c,y\nred,1\nblue,2\nred,3\ngreen,4\nblue,5\n,6\n").table(null, null);

        // blue, red, other, missing: levels are in alphabetical order.
        assertThat(inputs(table)).isDeepEqualTo(new double[][] {
            {0, 1, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {1, 0, 0, 0}, {0, 0, 0, 1}
        });
        assertThat(InputColumn.fit(table.inputs().get(0), new int[] {0, 1, 2, 3, 4, 5})
                        .inputNames())
                .containsExactly("c=blue", "c=red", "c=(other)", "c=(missing)");
        assertThat(table.notes())
                .anySatisfy(note -> assertThat(note).startsWith("Columns of words: 1 (c 3 different words)"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2020-01-02",
                "2020-01-02T10:11:12Z",
                "1.2.2020",
                "02/01/20",
                "12 May 2020",
                "Jan 3, 2020",
                "10:30"
            })
    void datesAreRefusedByName(String date) {
        CsvFile csv = read("when,a,y\n\"" + date + "\",2,3\n\"" + date + "\",5,6\n");

        assertThatThrownBy(() -> csv.table(null, null))
                .isInstanceOf(UserException.class)
                .hasMessage("FILE: the column \"when\" holds dates or times, such as \"" + date
                        + "\": write numbers in their place (a month, days since a day), or take them out.");
    }

    @Test
    void rowsWithoutALabelAreLeftOutAndCounted() {
        Table table = read("a,y\n1,2\n3,n/a\n5,6\n7,\n").table(null, null);

        assertThat(table.labels()).containsExactly(2, 6);
        assertThat(inputs(table)).isDeepEqualTo(new double[][] {{1}, {5}});
        assertThat(table.notes())
                .contains(
                        "4 rows and 2 columns were read, named by the first line; 2 rows without a label are left out.");
    }

    @Test
    void textsAmongNumberLabelsAreAMistake() {
        CsvFile csv = read("a,y\n1,2\n3,x\n5,6\n");

        assertThatThrownBy(() -> csv.table(null, null))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "FILE, row 2, column \"y\": the label \"x\" is not a finite number, but 2 of 3 labels are (classes"
                                + " need --task classification).");
    }

    @Test
    void labelsOfTwoNumbersMayBeMeantAsClasses() {
        assertThat(read("a,y\n1,0\n3,1\n5,0\n").table(null, null).notes())
                .contains("The label y is 0 or 1 and is taken as a number; --task classification makes classes of it.");
        assertThat(read("a,y\n1,0\n3,1\n5,0\n").table(null, Task.REGRESSION).notes())
                .hasSize(1);
    }

    @Test
    void strictRefusesWhatWouldBeTreated() {
        ReadOptions strict = ReadOptions.parse(null, null, null, true);
        assertThatThrownBy(() -> read("a,b,y\n1,,3\n4,5,6\n,1,2\n", strict).table(null, null))
                .hasMessage(
                        "FILE, row 1, column \"b\": the value is missing, and so is 1 more cell (a 1, b 1 in all), which"
                                + " --strict refuses.");
        assertThatThrownBy(() -> read("a,c,y\n1,u,3\n4,v,6\n", strict).table(null, null))
                .hasMessage("FILE: the inputs \"c\" are words, which --strict refuses.");
        assertThatThrownBy(() -> read("a,y\n1,\n4,1\n4,2\n", strict).table(null, null))
                .hasMessage("FILE, column \"y\": 1 of 3 rows have no label, which --strict refuses.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1,2,3|all of it are numbers",
                "0,1,2|all of it are numbers",
                ",a,y|it does not name all columns",
                "5.1,3.5,setosa|\"5.1\" is a number",
                "5,red,7|\"red\" is there again below"
            })
    void aFirstLineThatMayBeARowIsAskedAbout(String lineAndReason) {
        String[] parts = lineAndReason.split("\\|");
        String text = parts[0] + "\n1,red,3\n4,blue,6\n";

        assertThatThrownBy(() -> read(text))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "FILE: the first line (" + parts[0].replace(",", ", ").strip()
                                + ") may be a header or a row, as " + parts[1]
                                + ": --header yes takes it as names, --header no as a row.");
        assertThat(read(text, ReadOptions.parse("no", null, null, false)).rows())
                .hasSize(3);
        assertThat(read(text, ReadOptions.parse("no", null, null, false)).header())
                .containsExactly("x1", "x2", "x3");
        assertThat(read(text, ReadOptions.parse("yes", null, null, false)).rows())
                .hasSize(2);
    }

    @Test
    void yearsAreNames() {
        assertThat(read("city,2019,2020\nA,1,2\nB,3,4\n").header()).containsExactly("city", "2019", "2020");
    }

    @ParameterizedTest
    @ValueSource(strings = {",", ";", "\t", "|"})
    void delimitersAreSeen(String delimiter) {
        String text = "a,b c,y\n1,\"2\",x\n3,4,z\n".replace(",", delimiter);

        assertThat(read(text).header()).containsExactly("a", "b c", "y");
        assertThat(inputs(read(text).table(null, null))).isDeepEqualTo(new double[][] {{1, 2}, {3, 4}});
    }

    @Test
    void decimalCommasAreReadWhereACommaPartsNothing() {
        Table table = read("a;b;y\n1,5;2;3,25\n-3,5;4;5\n").table(null, null);

        assertThat(inputs(table)).isDeepEqualTo(new double[][] {{1.5, 2}, {-3.5, 4}});
        assertThat(table.labels()).containsExactly(3.25, 5);
        assertThat(table.notes()).contains("Its numbers are read with a decimal comma.");
        assertThat(inputs(read("1,5;2,5;3,5\n4,5;5,5;6,5\n", ReadOptions.parse("no", null, null, false))
                        .table(null, null)))
                .isDeepEqualTo(new double[][] {{1.5, 2.5}, {4.5, 5.5}});
    }

    @Test
    void aDelimiterAtTheEndOfLinesMakesNoColumn() {
        assertThat(read("a,y,\n1,2,\n3,4,\n").header()).containsExactly("a", "y");
        assertThat(read("a,y\n1,2,\n3,4,\n").header()).containsExactly("a", "y");
        assertThat(read("sep=;\r\na;y\r\n1;2\r\n3;4\r\n").header()).containsExactly("a", "y");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "windows-1252", "ISO-8859-1"})
    void encodingsAreSeen(String encoding) {
        String text = "gr\u00f6\u00dfe,farbe\n1,gr\u00fcn\n2,rot\n";
        CsvFile csv = CsvFile.read("FILE", text.getBytes(Charset.forName(encoding)), ReadOptions.DEFAULTS);

        assertThat(csv.header()).containsExactly("gr\u00f6\u00dfe", "farbe");
        assertThat(csv.table(null, null).classes()).containsExactly("gr\u00fcn", "rot");
        assertThat(csv.table(null, null).notes())
                .hasSize(encoding.equals("UTF-8") || encoding.equals("UTF-16") ? 1 : 2);
    }

    @Test
    void whatIsNoTextIsRefusedByName() {
        assertThatThrownBy(() -> CsvFile.read("FILE", new byte[] {'P', 'K', 3, 4, 0}, ReadOptions.DEFAULTS))
                .hasMessage(
                        "FILE is not text, but a ZIP archive or a spreadsheet (.xlsx, .ods): save it as CSV, or unpack it.");
        assertThatThrownBy(() -> read("a,y\n1,\u0000\n"))
                .hasMessage("FILE is not text: line 2 holds the control character 0.");
        assertThatThrownBy(() -> CsvFile.read("FILE", new byte[] {(byte) 0x81, (byte) 0xFF}, ReadOptions.DEFAULTS))
                .hasMessage(
                        "FILE is not text in UTF-8, UTF-16 or windows-1252 (Latin-1): name its encoding by --encoding.");
        assertThatThrownBy(() -> CsvFile.read(
                        "FILE",
                        "\u00fc,y\n1,2\n3,4\n".getBytes(StandardCharsets.ISO_8859_1),
                        ReadOptions.parse(null, null, null, true)))
                .hasMessage("FILE does not say its encoding, and --strict refuses to guess: see --encoding.");
    }

    @Test
    void optionsAreChecked() {
        assertThatThrownBy(() -> ReadOptions.parse("maybe", null, null, false))
                .hasMessage("--header is \"maybe\", but must be yes or no.");
        assertThatThrownBy(() -> ReadOptions.parse(null, "ab", null, false))
                .hasMessageStartingWith("--delimiter is \"ab\", but must be tab or one character");
        assertThatThrownBy(() -> ReadOptions.parse(null, null, "klingon", false))
                .hasMessageStartingWith("--encoding is \"klingon\", which Java does not know;");
    }

    @Test
    void oneClassIsTooFew() {
        CsvFile csv = read("a,y\n1,x\n3,x\n");

        assertThatThrownBy(() -> csv.table(null, null))
                .hasMessage("FILE, column \"y\": all labels are \"x\", but at least 2 classes are needed.");
    }

    @Test
    void unknownLabelColumnListsTheColumns() {
        CsvFile csv = read("a,y\n1,x\n3,x\n");

        assertThatThrownBy(() -> csv.table("Y", null))
                .isInstanceOf(UserException.class)
                .hasMessage("FILE: there is no column \"Y\"; the columns are \"a\", \"y\".");
    }

    @Test
    void columnsOfOneNameAreNamed() {
        assertThatThrownBy(() -> read("a,b,a,y\n1,2,3,4\n5,6,7,8\n"))
                .hasMessage("FILE: the header has \"a\" twice; give every column a name of its own.");
    }

    @Test
    void rowOfAnotherLengthIsNamed() {
        assertThatThrownBy(() -> read("a,b,y\n1,2,3\n4,5\n6\n7,8,9\n"))
                .hasMessage("FILE, row 2: 2 cells, but the header has 3 columns, and so it is in 1 more rows.");
        assertThatThrownBy(() -> read("a,b,y\n1,2,3\n4,5\n"))
                .isInstanceOf(UserException.class)
                .hasMessage("FILE, row 2: 2 cells, but the header has 3 columns.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\n1\n2\n", "a,y\n", "a,y\n1,2\n", "a,a\n1,2\n3,4\n", "a,\"y\n1,2\n"})
    void textThatIsNoTableIsRefused(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(UserException.class).hasMessageStartingWith("FILE");
    }

    private static CsvFile read(String text) {
        return read(text, ReadOptions.DEFAULTS);
    }

    private static CsvFile read(String text, ReadOptions options) {
        return CsvFile.read("FILE", text.getBytes(StandardCharsets.UTF_8), options);
    }

    /** The inputs if all rows train. */
    private static double[][] inputs(Table table) {
        int[] all = IntStream.range(0, table.rows()).toArray();
        return InputColumn.inputs(
                table.inputs().stream()
                        .map(column -> InputColumn.fit(column, all))
                        .toList(),
                table.inputs(),
                all);
    }
}
