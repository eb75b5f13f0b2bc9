package io.github.dl4jep.cli.plot;

import io.github.dl4jep.cli.compare.ComparisonResult;
import io.github.dl4jep.cli.compare.Run;
import io.github.dl4jep.cli.metric.Diagnostics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/** All plots of a comparison. */
public final class ComparisonPlots {
    private ComparisonPlots() {}

    /**
     * Chooses the plots.
     *
     * @param result the comparison
     * @return the plots that apply, not drawn yet
     */
    public static List<Plot> of(ComparisonResult result) {
        List<Plot> plots = new ArrayList<>(new LearningCurves(result).plots());
        plots.addAll(new ClassPlots(overRuns(result, Diagnostics.Classes.class, Diagnostics.Classes::plus)).plots());
        plots.addAll(new NumberPlots(overRuns(result, Diagnostics.Numbers.class, Diagnostics.Numbers::plus)).plots());
        return plots;
    }

    /**
     * The coverage of the predicted intervals of a regression.
     *
     * @param result the comparison
     * @return for each trainer with finite predictions, over all runs; empty for classes
     */
    public static Map<String, Diagnostics.Numbers> numbers(ComparisonResult result) {
        return overRuns(result, Diagnostics.Numbers.class, Diagnostics.Numbers::plus);
    }

    /** Trainers of which a run has diverged are left out. */
    private static <D extends Diagnostics> Map<String, D> overRuns(
            ComparisonResult result, Class<D> kind, BinaryOperator<D> plus) {
        Map<String, D> sums = new LinkedHashMap<>();
        result.byTrainer().forEach((trainer, runs) -> {
            D sum = sum(runs, kind, plus);
            if (sum != null) {
                sums.put(trainer, sum);
            }
        });
        return sums;
    }

    private static <D extends Diagnostics> @Nullable D sum(List<Run> runs, Class<D> kind, BinaryOperator<D> plus) {
        D sum = null;
        for (Run run : runs) {
            if (!kind.isInstance(run.diagnostics())) {
                return null;
            }
            D one = kind.cast(run.diagnostics());
            sum = sum == null ? one : plus.apply(sum, one);
        }
        return sum;
    }
}
