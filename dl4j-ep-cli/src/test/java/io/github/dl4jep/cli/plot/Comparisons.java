package io.github.dl4jep.cli.plot;

import io.github.dl4jep.cli.compare.ComparisonResult;
import io.github.dl4jep.cli.compare.DataFacts;
import io.github.dl4jep.cli.compare.PassResult;
import io.github.dl4jep.cli.compare.Run;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.TrainingSample;
import io.github.dl4jep.cli.metric.Diagnostics;
import io.github.dl4jep.cli.metric.EntropyHistogram;
import io.github.dl4jep.cli.metric.Figures;
import io.github.dl4jep.cli.metric.IntervalCoverage;
import io.github.dl4jep.cli.metric.ReliabilityBins;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Comparisons with made-up figures. */
public final class Comparisons {
    private Comparisons() {}

    /** Classes, in two passes. */
    public static ComparisonResult classes(String data, String... trainers) {
        List<Run> runs = new ArrayList<>();
        for (String trainer : trainers) {
            double worse = 0.01 * runs.size();
            runs.add(new Run(
                    trainer,
                    0,
                    7,
                    Map.of("learningRate", 0.1),
                    List.of(
                            new PassResult(1, 1.5, classFigures(0.10 + worse, 0.4)),
                            new PassResult(2, 2.5, classFigures(0.04 + worse, 0.2))),
                    12 << 20,
                    someClasses()));
        }
        return result(data, runs, new DataFacts(Task.CLASSIFICATION, 1200, 4, 784, 2, "28x28x1", null));
    }

    private static Figures classFigures(double error, double nll) {
        return new Figures(error, nll, 0.02, null, null, null, null);
    }

    private static Diagnostics someClasses() {
        INDArray probabilities = Nd4j.create(new double[][] {{1, 0}, {0.6, 0.4}, {0.1, 0.9}, {0.2, 0.8}});
        INDArray labels = Nd4j.create(new double[][] {{1, 0}, {0, 1}, {0, 1}, {0, 1}});
        return new Diagnostics.Classes(
                ReliabilityBins.of(probabilities, labels), EntropyHistogram.of(probabilities, labels));
    }

    /** Numbers, on two splits of 20 rows each; of these 10 and 8, 18 and 19, 19 and 20 are in the intervals. */
    public static ComparisonResult numbers(String data, String... trainers) {
        List<Run> runs = new ArrayList<>();
        for (int split = 0; split < 2; split++) {
            for (String trainer : trainers) {
                runs.add(new Run(
                        trainer,
                        split,
                        7,
                        Map.of(),
                        List.of(
                                new PassResult(1, 1 + split, numberFigures(4 + 2 * split, -2)),
                                new PassResult(2, 1 + split, numberFigures(2 + 2 * split, -1))),
                        12 << 20,
                        new Diagnostics.Numbers(
                                new IntervalCoverage(20, split == 0 ? List.of(10L, 18L, 19L) : List.of(8L, 19L, 20L)),
                                someExamples(),
                                List.of())));
            }
        }
        return result(data, runs, new DataFacts(Task.REGRESSION, 180, 20, 13, 1, null, null));
    }

    private static Figures numberFigures(double rmse, double logLikelihood) {
        return new Figures(null, null, null, null, null, rmse, logLikelihood);
    }

    private static List<Diagnostics.Example> someExamples() {
        return IntStream.range(0, 20)
                .mapToObj(i -> new Diagnostics.Example(i, i + Math.sin(i), 1 + 0.1 * i))
                .toList();
    }

    /** The same, of which a trainer has put out numbers that are not finite in the last pass. */
    public static ComparisonResult diverged(ComparisonResult result, String trainer) {
        List<Run> runs = result.runs().stream()
                .map(run -> run.trainer().equals(trainer) ? diverged(run) : run)
                .toList();
        return result(result.data(), runs, result.facts());
    }

    private static Run diverged(Run run) {
        return new Run(
                run.trainer(),
                run.split(),
                run.seed(),
                run.options(),
                List.of(run.passes().get(0), new PassResult(2, 1, Figures.NONE)),
                run.addedMemoryBytes(),
                null);
    }

    private static ComparisonResult result(String data, List<Run> runs, DataFacts facts) {
        return new ComparisonResult(data, "mlp:50", 1234, 7, 16, TrainingSample.ALL, List.copyOf(runs), facts);
    }
}
