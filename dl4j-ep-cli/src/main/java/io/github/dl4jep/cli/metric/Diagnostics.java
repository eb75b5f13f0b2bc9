package io.github.dl4jep.cli.metric;

import java.util.ArrayList;
import java.util.List;
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
     */
    record Numbers(IntervalCoverage coverage, List<Example> examples) implements Diagnostics {
        /** The largest number of rows that are kept. */
        public static final int EXAMPLES = 200;

        /**
         * Copies the list.
         *
         * @param coverage how many true targets lie in the intervals
         * @param examples at most {@value #EXAMPLES} rows, evenly over all
         */
        public Numbers {
            examples = List.copyOf(examples);
        }

        static Numbers of(INDArray mean, INDArray variance, INDArray labels, TargetUnits units) {
            int rows = Math.toIntExact(labels.size(0));
            int kept = Math.min(rows, EXAMPLES);
            List<Example> examples = IntStream.range(0, kept)
                    .map(i -> (int) ((long) i * rows / kept))
                    .mapToObj(row -> new Example(
                            units.value(labels.getDouble(row, 0)),
                            units.value(mean.getDouble(row, 0)),
                            units.deviation(Math.sqrt(variance.getDouble(row, 0)))))
                    .toList();
            return new Numbers(IntervalCoverage.of(mean, variance, labels), examples);
        }

        /**
         * Those of both sets of rows together.
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
                            .toList());
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
