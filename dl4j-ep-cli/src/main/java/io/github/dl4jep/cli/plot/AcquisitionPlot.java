package io.github.dl4jep.cli.plot;

import io.github.dl4jep.cli.compare.AcquisitionRun;
import io.github.dl4jep.cli.compare.Estimate;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.metric.Figures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The error against the number of labels, one line for each acquisition. */
public final class AcquisitionPlot {
    /** The name of its file, without an ending. */
    public static final String NAME = "error-against-labels";

    private AcquisitionPlot() {}

    /**
     * Makes the plot.
     *
     * @param task decides the figure: test error or RMSE
     * @param runs the runs of each acquisition
     * @return the plot, not drawn yet
     */
    public static Plot of(Task task, Map<String, List<AcquisitionRun>> runs) {
        boolean classes = task == Task.CLASSIFICATION;
        String title = (classes ? "Test error" : "Test RMSE") + " against labels";
        String axis = classes ? "test error [%]" : "RMSE [units of the target]";
        Map<String, LearningCurves.Curve> curves = new LinkedHashMap<>();
        runs.forEach((acquisition, list) -> {
            LearningCurves.Curve curve = curve(classes, list);
            if (!curve.x().isEmpty()) {
                curves.put(acquisition, curve);
            }
        });
        return new Plot(
                NAME,
                title,
                "Lower is better; the network that was trained on the labels so far chose the next.",
                () -> LearningCurves.chart(title, "labels [rows]", axis, curves));
    }

    private static LearningCurves.Curve curve(boolean classes, List<AcquisitionRun> runs) {
        LearningCurves.Curve curve = new LearningCurves.Curve(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < runs.get(0).points().size(); i++) {
            int place = i;
            List<Double> values = runs.stream()
                    .map(run -> value(classes, run.points().get(place).figures()))
                    .filter(Objects::nonNull)
                    .toList();
            if (values.size() == runs.size()) {
                curve.add(runs.get(0).points().get(i).labels(), Estimate.of(values));
            }
        }
        return curve;
    }

    private static @org.jspecify.annotations.Nullable Double value(boolean classes, Figures figures) {
        if (!classes) {
            return figures.rmse();
        }
        return figures.testError() == null ? null : Double.valueOf(100 * figures.testError());
    }
}
