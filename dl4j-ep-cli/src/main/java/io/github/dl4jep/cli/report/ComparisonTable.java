package io.github.dl4jep.cli.report;

import io.github.dl4jep.cli.compare.ComparisonResult;
import io.github.dl4jep.cli.compare.Estimate;
import io.github.dl4jep.cli.compare.Run;
import io.github.dl4jep.cli.data.format.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The end of the report: who won by how much, and every trainer's figures after its last pass. */
public final class ComparisonTable {
    private static final String NOTHING = "-";
    private static final String DIVERGED = "diverged";

    private final ComparisonResult result;
    private final Map<String, List<Run>> runs;
    private final List<FigureColumn> columns;

    /**
     * Creates the table.
     *
     * @param result the comparison
     */
    public ComparisonTable(ComparisonResult result) {
        this.result = result;
        this.runs = result.byTrainer();
        Task task = result.facts().task();
        this.columns = FigureColumn.of(task).stream()
                .filter(column -> applies(column, task))
                .toList();
    }

    // The deciding figure is always shown, so that a table of diverged runs has one column to say so.
    private boolean applies(FigureColumn column, Task task) {
        return column.equals(FigureColumn.of(task).get(0))
                || runs.values().stream().anyMatch(list -> column.estimate(list).isPresent());
    }

    /**
     * Writes sentence and table.
     *
     * @return the lines
     */
    public List<String> lines() {
        TextTable table = new TextTable();
        table.add(heading());
        rows().forEach(table::add);
        List<String> lines = new ArrayList<>();
        lines.add(sentence());
        lines.add("");
        lines.addAll(table.lines());
        return lines;
    }

    /**
     * Says who won by how much.
     *
     * @return one sentence
     */
    public String sentence() {
        return new Verdict(result.facts().task(), result.passes(), result.repeats()).sentence(runs);
    }

    /**
     * Returns the heading of every column.
     *
     * @return the first row
     */
    public List<String> heading() {
        return Stream.concat(
                        Stream.of("trainer", "pass", "seconds", "memory MiB"),
                        columns.stream().map(FigureColumn::title))
                .toList();
    }

    /**
     * Returns the figures of every trainer after the last pass.
     *
     * @return a row for each trainer, its name first
     */
    public List<List<String>> rows() {
        return runs.entrySet().stream()
                .map(entry -> row(entry.getKey(), entry.getValue()))
                .toList();
    }

    private List<String> row(String trainer, List<Run> list) {
        boolean diverged = list.stream().anyMatch(run -> run.finalFigures().diverged());
        List<String> cells = new ArrayList<>();
        cells.add(trainer);
        cells.add(String.valueOf(result.passes()));
        cells.add(Estimate.of(list.stream().map(Run::totalSeconds).toList()).text(Estimate.decimals(2)));
        cells.add(Estimate.of(list.stream().map(Run::addedMebibytes).toList()).text(Estimate.decimals(0)));
        for (FigureColumn column : columns) {
            Optional<String> text = column.estimate(list).map(estimate -> estimate.text(column.format()));
            cells.add(text.orElse(diverged ? DIVERGED : NOTHING));
        }
        return cells;
    }
}
