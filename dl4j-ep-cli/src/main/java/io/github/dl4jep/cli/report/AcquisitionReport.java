package io.github.dl4jep.cli.report;

import io.github.dl4jep.cli.compare.AcquisitionRun;
import io.github.dl4jep.cli.compare.Estimate;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.plot.AcquisitionPlot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The error against the number of labels: a table, {@code acquisition.json} and a plot.
 *
 * @param task decides the figure: test error or RMSE
 * @param runs all runs, with the same numbers of labels
 */
public record AcquisitionReport(Task task, List<AcquisitionRun> runs) {
    private static final String DIVERGED = "diverged";

    /**
     * Writes a line for one point.
     *
     * @param run the run
     * @param point its point
     * @return for example {@code bald  seed 1  300 labels  0.52 s  test error % 9.10}
     */
    public String line(AcquisitionRun run, AcquisitionRun.Point point) {
        FigureColumn column = FigureColumn.of(task).get(0);
        return run.acquisition() + " ".repeat(Math.max(1, 14 - run.acquisition().length())) + "seed " + run.seed()
                + "  "
                + point.labels() + " labels  " + Estimate.decimals(2).apply(point.trainSeconds()) + " s  "
                + column.text(point.figures())
                        .map(text -> column.title() + " " + text)
                        .orElse(DIVERGED);
    }

    /**
     * Writes the table.
     *
     * @return a heading, and a line for each number of labels
     */
    public List<String> lines() {
        FigureColumn column = FigureColumn.of(task).get(0);
        TextTable table = new TextTable();
        Map<String, List<AcquisitionRun>> byAcquisition = byAcquisition();
        List<String> heading = new ArrayList<>(List.of("labels"));
        byAcquisition.keySet().forEach(name -> heading.add(name + ": " + column.title()));
        table.add(heading);
        IntStream.range(0, runs.get(0).points().size()).forEach(place -> {
            List<String> row = new ArrayList<>();
            row.add(String.valueOf(runs.get(0).points().get(place).labels()));
            byAcquisition.values().forEach(list -> row.add(text(column, list, place)));
            table.add(row);
        });
        return table.lines();
    }

    private static String text(FigureColumn column, List<AcquisitionRun> list, int place) {
        List<Double> values = list.stream()
                .map(run -> column.value().apply(run.points().get(place).figures()))
                .filter(Objects::nonNull)
                .toList();
        return values.size() < list.size() ? DIVERGED : Estimate.of(values).text(column.format());
    }

    private Map<String, List<AcquisitionRun>> byAcquisition() {
        Map<String, List<AcquisitionRun>> map = new LinkedHashMap<>();
        runs.forEach(run -> map.computeIfAbsent(run.acquisition(), name -> new ArrayList<>())
                .add(run));
        return map;
    }

    /**
     * Writes the files.
     *
     * @param folder where to
     * @param facts what stands beside the runs in {@code acquisition.json}
     * @return lines that say what was written
     * @throws io.github.dl4jep.cli.failure.UserException if a file cannot be written
     */
    public List<String> write(OutputFolder folder, Map<String, Object> facts) {
        Map<String, Object> content = new LinkedHashMap<>(facts);
        content.put("runs", runs);
        List<String> lines = new ArrayList<>();
        lines.add("Written to " + folder.writeJson("acquisition.json", content));
        DrawnPlot plot = ComparisonReport.draw(AcquisitionPlot.of(task, byAcquisition()));
        if (plot.png() != null) {
            lines.add("      and to " + folder.write(AcquisitionPlot.NAME + ".png", plot.png()));
        }
        return lines;
    }
}
