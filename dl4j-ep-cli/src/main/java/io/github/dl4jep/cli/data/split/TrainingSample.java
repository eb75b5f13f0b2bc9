package io.github.dl4jep.cli.data.split;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.dl4jep.cli.data.format.SequenceShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.failure.UserException;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What a comparison makes of the training rows: a part of them, drawn by the seed and stratified by class, and some with a label that is
 * wrong. Test rows stay, and so do the scales of inputs and targets.
 *
 * @param fraction the part of the training rows that is used, above 0 and at most 1
 * @param labelNoise the part of these whose class is replaced by another one, at least 0 and below 1
 */
public record TrainingSample(@JsonProperty("trainFraction") double fraction, double labelNoise) {
    /** All rows with their labels. */
    public static final TrainingSample ALL = new TrainingSample(1, 0);

    /** Between the seeds of one comparison's choice of rows and choice of labels. */
    private static final long STREAM = 0x9E3779B97F4A7C15L;

    /**
     * Checks both numbers.
     *
     * @throws UserException if one is out of its range
     */
    public TrainingSample {
        if (!(fraction > 0 && fraction <= 1)) {
            throw new UserException("--train-fraction is " + fraction + ", but must be above 0 and at most 1.");
        }
        if (!(labelNoise >= 0 && labelNoise < 1)) {
            throw new UserException("--label-noise is " + labelNoise + ", but must be at least 0 and below 1.");
        }
    }

    /**
     * Checks that the labels can be replaced.
     *
     * @param data the value of {@code --data}
     * @param task what its labels are
     * @throws UserException if labels of a regression were to be replaced
     */
    public void requireFits(String data, Task task) {
        if (labelNoise > 0 && task == Task.REGRESSION) {
            throw new UserException("--label-noise " + labelNoise + " replaces classes, but the labels of " + data
                    + " are numbers: leave it out.");
        }
    }

    /**
     * Takes the part of the training rows and replaces labels.
     *
     * @param split all rows
     * @param seed the seed of both choices
     * @return the same test rows, and other training rows
     * @throws UserException if no training row is left, or classes at every step were to be replaced
     */
    public Split of(Split split, long seed) {
        SequenceShape sequence = split.trainRows().sequence();
        if (labelNoise > 0 && sequence != null && sequence.everyStep()) {
            throw new UserException("--label-noise " + labelNoise
                    + " replaces the class of a whole row, but these sequences have one at every step: leave it out.");
        }
        Rows rows = fraction < 1 ? part(split, seed) : split.trainRows();
        return split.withTrainRows(labelNoise > 0 ? relabelled(rows, seed + STREAM) : rows);
    }

    private Rows part(Split split, long seed) {
        Rows rows = split.trainRows();
        int kept = (int) Math.round(fraction * rows.count());
        if (kept < 1) {
            throw new UserException(
                    "--train-fraction " + fraction + " of " + rows.count() + " training rows leaves none.");
        }
        return rows.ordered(split.choose(kept, seed).test());
    }

    /** Every other class with the same probability. */
    private Rows relabelled(Rows rows, long seed) {
        int[] classOf = rows.classes();
        int[] wrong =
                Arrays.copyOf(Permutation.of(classOf.length, seed), (int) Math.round(labelNoise * classOf.length));
        SplittableRandom random = new SplittableRandom(~seed);
        for (int row : wrong) {
            int other = random.nextInt(rows.outputs() - 1);
            classOf[row] = other < classOf[row] ? other : other + 1;
        }
        return rows.withClasses(classOf);
    }
}
