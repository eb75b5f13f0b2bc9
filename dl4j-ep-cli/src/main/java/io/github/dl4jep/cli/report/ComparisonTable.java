package io.github.dl4jep.cli.report;

import io.github.dl4jep.cli.compare.ComparisonResult;
import io.github.dl4jep.cli.compare.Run;
import io.github.dl4jep.cli.data.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The end of the report: who won by how much, and every trainer's figures after its last pass. */
public final class ComparisonTable {
    private static final String NOTHING = "-";
    private static final String DIVERGED = "diverged";

    private final Map<String, List<Run>> runs;
    private final List<FigureColumn> columns;
    private final Task task;
    private final int passes;
    private final int splits;

    /**
     * Creates the table.
     *
     * @param result the comparison
     * @param task its task
     */
    public ComparisonTable(ComparisonResult result, Task task) {
        this.runs = result.runs().stream()
                .collect(Collectors.groupingBy(Run::trainer, LinkedHashMap::new, Collectors.toList()));
        this.columns = FigureColumn.of(task).stream()
                .filter(column -> applies(column, task))
                .toList();
        this.task = task;
        this.passes = result.runs().get(0).passes().size();
        this.splits =
                (int) result.runs().stream().mapToInt(Run::split).distinct().count();
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
        table.add(Stream.concat(
                        Stream.of("trainer", "pass", "seconds"),
                        columns.stream().map(FigureColumn::title))
                .toList());
        runs.forEach((trainer, list) -> table.add(row(trainer, list)));
        List<String> lines = new ArrayList<>();
        lines.add(new Verdict(task, passes, splits).sentence(runs));
        lines.add("");
        lines.addAll(table.lines());
        return lines;
    }

    private List<String> row(String trainer, List<Run> list) {
        boolean diverged = list.stream().anyMatch(run -> run.finalFigures().diverged());
        List<String> cells = new ArrayList<>();
        cells.add(trainer);
        cells.add(String.valueOf(passes));
        cells.add(Estimate.of(list.stream().map(Run::totalSeconds).toList()).text(Estimate.decimals(2)));
        for (FigureColumn column : columns) {
            Optional<String> text = column.estimate(list).map(estimate -> estimate.text(column.format()));
            cells.add(text.orElse(diverged ? DIVERGED : NOTHING));
        }
        return cells;
    }
}
