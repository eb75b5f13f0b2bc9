package io.github.dl4jep.cli.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What the plots show of the predictions for the test rows: counts, and a few hundred rows at most, so that it takes little memory
 * however large the data.
 */
public sealed interface Diagnostics {
    /**
     * Of predicted classes.
     *
     * @param reliability how often they are right, by confidence
     * @param entropy how uncertain they are, by whether they are right
     */
    record Classes(ReliabilityBins reliability, EntropyHistogram entropy) implements Diagnostics {
        static Classes of(INDArray probabilities, INDArray labels) {
            return new Classes(ReliabilityBins.of(probabilities, labels), EntropyHistogram.of(probabilities, labels));
        }

        /**
         * Those of both sets of rows together.
         *
         * @param other other rows
         * @return the sums
         */
        public Classes plus(Classes other) {
            return new Classes(reliability.plus(other.reliability), entropy.plus(other.entropy));
        }
    }

    /**
     * Of predicted numbers.
     *
     * @param coverage how many true targets lie in the intervals
     * @param examples at most {@value #EXAMPLES} rows, evenly over all
     * @param series the first {@value #SERIES} sequences with a label at every step, step by step; empty if there are none
     */
    record Numbers(IntervalCoverage coverage, List<Example> examples, List<List<Example>> series)
            implements Diagnostics {
        /** The largest number of rows that are kept. */
        public static final int EXAMPLES = 200;

        /** The largest number of sequences that are kept. */
        public static final int SERIES = 3;

        /** The largest number of steps that are kept of each, the first ones. */
        public static final int STEPS = 400;

        /**
         * Copies the list.
         *
         * @param coverage how many true targets lie in the intervals
         * @param examples at most {@value #EXAMPLES} rows, evenly over all
         * @param series the first {@value #SERIES} sequences with a label at every step, step by step; empty if there are none
         */
        public Numbers {
            examples = List.copyOf(examples);
            series = List.copyOf(series);
        }

        /**
         * Looks at predictions.
         *
         * @param mean {@code [labels, 1]}, standardised
         * @param variance {@code [labels, 1]}, standardised
         * @param labels {@code [labels, 1]}, standardised
         * @param units the original units
         * @param lengths how many of the labels each sequence has, or empty if labels are of rows
         * @return what the plots show
         */
        static Numbers of(INDArray mean, INDArray variance, INDArray labels, TargetUnits units, List<Integer> lengths) {
            IntFunction<Example> example = row -> new Example(
                    units.value(labels.getDouble(row, 0)),
                    units.value(mean.getDouble(row, 0)),
                    units.deviation(Math.sqrt(variance.getDouble(row, 0))));
            int rows = Math.toIntExact(labels.size(0));
            int kept = Math.min(rows, EXAMPLES);
            List<Example> examples = IntStream.range(0, kept)
                    .map(i -> (int) ((long) i * rows / kept))
                    .mapToObj(example)
                    .toList();
            List<List<Example>> series = new ArrayList<>();
            int from = 0;
            for (int length : lengths.subList(0, Math.min(SERIES, lengths.size()))) {
                series.add(IntStream.range(from, from + Math.min(STEPS, length))
                        .mapToObj(example)
                        .toList());
                from += length;
            }
            return new Numbers(IntervalCoverage.of(mean, variance, labels), examples, series);
        }

        /**
         * Those of both sets of rows together; the series are these ones.
         *
         * @param other other rows
         * @return the sums
         */
        public Numbers plus(Numbers other) {
            List<Example> all = new ArrayList<>(examples);
            all.addAll(other.examples);
            int kept = Math.min(all.size(), EXAMPLES);
            return new Numbers(
                    coverage.plus(other.coverage),
                    IntStream.range(0, kept)
                            .mapToObj(i -> all.get(i * all.size() / kept))
                            .toList(),
                    series);
        }
    }

    /**
     * A test row of a regression, in the target's original units.
     *
     * @param truth the true target
     * @param mean the predicted mean
     * @param deviation the predicted standard deviation
     */
    record Example(double truth, double mean, double deviation) {}

    /**
     * The original units of standardised targets.
     *
     * @param mean what was subtracted
     * @param scale what was divided by
     */
    record TargetUnits(double mean, double scale) {
        double value(double standardised) {
            return mean + scale * standardised;
        }

        double deviation(double standardised) {
            return scale * standardised;
        }
    }
}
