package io.github.dl4jep.cli.data.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.failure.UserException;
import java.io.StringReader;
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
        assertThat(table.features()).isDeepEqualTo(new double[][] {{1, 2}, {3, 4}, {5, 6}});
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
        assertThat(table.features()).isDeepEqualTo(new double[][] {{1}, {2}});
    }

    @Test
    void byteOrderMarkQuotesAndSpacesAreNoPartOfTheCells() {
        Table table = read("\uFEFFa, \"b, c\" ,y\r\n 1 ,\"2\",x\r\n3,4,z\r\n").table(null, null);

        assertThat(table.features()).isDeepEqualTo(new double[][] {{1, 2}, {3, 4}});
        assertThat(read("\uFEFFa,y\n1,2\n3,4\n").header()).containsExactly("a", "y");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "nan", "NaN", "inf", "-Infinity", "1e999", "1d", "0x10", "1,5", "--1"})
    void cellThatIsNoFiniteNumberIsNamedWithRowAndColumn(String cell) {
        CsvFile csv = read("a,b,y\n1,2,3\n4,\"" + cell + "\",6\n");

        assertThatThrownBy(() -> csv.table(null, null))
                .isInstanceOf(UserException.class)
                .hasMessage("FILE, row 2, column \"b\": \"" + cell + "\" is not a finite number.");
    }

    @Test
    void emptyCellIsNamedWithRowAndColumn() {
        CsvFile csv = read("a,b,y\n1,2,3\n,5,6\n");

        assertThatThrownBy(() -> csv.table(null, null))
                .isInstanceOf(UserException.class)
                .hasMessage("FILE, row 2, column \"a\": the cell is empty.");
    }

    @Test
    void oneTextAmongNumberLabelsIsAMistake() {
        CsvFile csv = read("a,y\n1,2\n3,n/a\n5,6\n");

        assertThatThrownBy(() -> csv.table(null, null))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("FILE, row 2, column \"y\": the label \"n/a\" is not a finite number");
        assertThatThrownBy(() -> csv.table(null, Task.REGRESSION))
                .hasMessage("FILE, row 2, column \"y\": \"n/a\" is not a finite number.");
    }

    @Test
    void emptyClassIsAMistake() {
        CsvFile csv = read("a,y\n1,x\n3,\n5,z\n");

        assertThatThrownBy(() -> csv.table(null, null)).hasMessage("FILE, row 2, column \"y\": the label is empty.");
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
                .hasMessage("FILE: there is no column \"Y\"; the columns are a, y.");
    }

    @Test
    void rowOfAnotherLengthIsNamed() {
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
        return CsvFile.read("FILE", new StringReader(text));
    }
}
