package io.github.dl4jep.cli.report;

import io.github.dl4jep.cli.compare.Estimate;
import io.github.dl4jep.cli.compare.Run;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.metric.Figures;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One figure of the report.
 *
 * @param title the heading, with the unit
 * @param value takes the figure out, null where it does not apply
 * @param format writes it
 */
record FigureColumn(String title, Function<Figures, @Nullable Double> value, DoubleFunction<String> format) {
    private static final List<FigureColumn> CLASSIFICATION = List.of(
            new FigureColumn("test error %", Figures::testError, FigureColumn::percent),
            new FigureColumn("nll", Figures::nll, Estimate.decimals(4)),
            new FigureColumn("ece", Figures::ece, Estimate.decimals(4)),
            new FigureColumn("point error %", Figures::pointTestError, FigureColumn::percent),
            new FigureColumn("sampled error %", Figures::sampledTestError, FigureColumn::percent));
    private static final List<FigureColumn> REGRESSION = List.of(
            new FigureColumn("rmse", Figures::rmse, Estimate.decimals(4)),
            new FigureColumn("log likelihood", Figures::logLikelihood, Estimate.decimals(4)));

    /**
     * Returns the figures that apply to a task, the one that decides first.
     *
     * @param task the task
     * @return the columns
     */
    static List<FigureColumn> of(Task task) {
        return task == Task.CLASSIFICATION ? CLASSIFICATION : REGRESSION;
    }

    /**
     * Returns the figure that a learning rate is chosen by.
     *
     * @param task the task
     * @return negative log likelihood or RMSE
     */
    static FigureColumn loss(Task task) {
        return task == Task.CLASSIFICATION ? CLASSIFICATION.get(1) : REGRESSION.get(0);
    }

    private static String percent(double fraction) {
        return Estimate.decimals(2).apply(100 * fraction);
    }

    /**
     * Takes the figure out of one network's figures.
     *
     * @param figures the figures
     * @return the figure as text, empty where it does not apply
     */
    Optional<String> text(Figures figures) {
        return Optional.ofNullable(value.apply(figures)).map(format::apply);
    }

    /**
     * Averages the figure after the last pass over runs.
     *
     * @param runs one trainer's runs
     * @return the average; empty where the figure does not apply, or a run has diverged
     */
    Optional<Estimate> estimate(List<Run> runs) {
        List<Double> values = runs.stream()
                .map(run -> value.apply(run.finalFigures()))
                .filter(Objects::nonNull)
                .toList();
        return values.size() == runs.size() ? Optional.of(Estimate.of(values)) : Optional.empty();
    }
}
