package io.github.dl4jep.message;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Which steps of the sequences of a batch are there. An immutable value. */
public final class StepMask {

    private final boolean[][] present;

    private StepMask(boolean[][] present) {
        this.present = present;
    }

    /**
     * A mask of DL4J's.
     *
     * @param mask [minibatch, steps], more than 0 where a step is there
     * @return the mask
     */
    public static StepMask of(INDArray mask) {
        double[] values = mask.castTo(DataType.DOUBLE).dup('c').data().asDouble();
        int minibatch = Math.toIntExact(mask.size(0));
        int steps = values.length / minibatch;
        boolean[][] present = new boolean[minibatch][steps];
        for (int i = 0; i < values.length; i++) {
            present[i / steps][i % steps] = values[i] > 0;
        }
        return new StepMask(present);
    }

    /**
     * The mask as DL4J has it.
     *
     * @return [minibatch, steps], 1 where a step is there, else 0
     */
    public INDArray toArray() {
        float[][] values = new float[minibatch()][steps()];
        for (int n = 0; n < values.length; n++) {
            for (int t = 0; t < values[n].length; t++) {
                values[n][t] = present[n][t] ? 1 : 0;
            }
        }
        return Nd4j.createFromArray(values);
    }

    /**
     * The mask as a factor of activations.
     *
     * @param channels number of channels
     * @param type data type of the activations
     * @return [minibatch, channels x steps], 1 where a step is there, else 0
     */
    public INDArray columns(long channels, DataType type) {
        INDArray[] copies = new INDArray[Math.toIntExact(channels)];
        Arrays.fill(copies, toArray().castTo(type));
        return Nd4j.hstack(copies).dup('f');
    }

    /**
     * How many steps are there.
     *
     * @param example the sequence
     * @return their number
     */
    public int count(int example) {
        int count = 0;
        for (boolean each : present[example]) {
            count += each ? 1 : 0;
        }
        return count;
    }

    /**
     * A covariance that is a mean over all steps, of which those that are not there have none, as the mean over those that are.
     *
     * @param covariance covariance of the sequences
     * @return \( K_{nk}\, T / \sqrt{T_n T_k} \) for T steps, of which a sequence has \( T_n \)
     */
    public BatchCovariance meanOfSteps(BatchCovariance covariance) {
        ExampleCovariance k = covariance.examples();
        if (k.isNone()) {
            return covariance;
        }
        float[] factors = new float[minibatch()];
        for (int n = 0; n < factors.length; n++) {
            factors[n] = (float) Math.sqrt(steps() / (double) Math.max(1, count(n)));
        }
        INDArray column = Nd4j.createFromArray(factors)
                .reshape(factors.length, 1)
                .castTo(Objects.requireNonNull(k.columns()).dataType());
        return new BatchCovariance(k.scaled(column), covariance.gain(), covariance.positions());
    }

    /**
     * What is there in one of two activations.
     *
     * @param other mask of as many steps
     * @return the mask of what both become together
     */
    public StepMask or(StepMask other) {
        boolean[][] either = new boolean[minibatch()][steps()];
        for (int n = 0; n < either.length; n++) {
            for (int t = 0; t < either[n].length; t++) {
                either[n][t] = present[n][t] || other.present[n][t];
            }
        }
        return new StepMask(either);
    }

    /**
     * The mask after windows: what sees a step that is there is there.
     *
     * @param windows number of windows
     * @param seen for each element of a window the step that each window sees, or -1 for none
     * @return a mask of as many steps as there are windows
     */
    public StepMask seenBy(int windows, List<int[]> seen) {
        boolean[][] after = new boolean[minibatch()][windows];
        for (int n = 0; n < after.length; n++) {
            for (int[] steps : seen) {
                for (int window = 0; window < windows; window++) {
                    after[n][window] |= steps[window] >= 0 && present[n][steps[window]];
                }
            }
        }
        return new StepMask(after);
    }

    /**
     * The number of sequences.
     *
     * @return rows
     */
    public int minibatch() {
        return present.length;
    }

    /**
     * The number of steps, those that are not there included.
     *
     * @return columns
     */
    public int steps() {
        return present[0].length;
    }

    /**
     * Whether a step is there.
     *
     * @param example the sequence
     * @param step the step
     * @return true if it is
     */
    public boolean isPresent(int example, int step) {
        return present[example][step];
    }

    /**
     * The last step that is there.
     *
     * @param example the sequence
     * @return its number, or -1 if none is there
     */
    public int last(int example) {
        int last = steps() - 1;
        while (last >= 0 && !present[example][last]) {
            last--;
        }
        return last;
    }

    /**
     * Whether every step is there.
     *
     * @return true if nothing is left out
     */
    public boolean isWhole() {
        for (boolean[] row : present) {
            for (boolean each : row) {
                if (!each) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * The mask of some sequences.
     *
     * @param rows numbers of the sequences
     * @return their mask
     */
    public StepMask rows(long[] rows) {
        return new StepMask(
                Arrays.stream(rows).mapToObj(row -> present[(int) row]).toArray(boolean[][]::new));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StepMask that && Arrays.deepEquals(present, that.present);
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(present);
    }
}
