package io.github.dl4jep.engine;

import io.github.dl4jep.array.FloatProducts;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.StepMask;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.indexing.SpecifiedIndex;

/**
 * The examples of a batch that weights never learn from. A hash of features and labels decides, so that they are the same in every
 * pass, after every shuffle, on every worker and after a restart, and nothing has to be kept.
 */
public final class WithheldExamples {

    /** The largest share of few data. */
    private static final double LARGEST_SHARE = 1.0 / 16;
    /** So many batches of a pass, if they are not larger than this, are withheld of few data. */
    private static final double BATCHES = 2;

    private static final double LARGEST_BATCH = 64;

    private final Labels all;
    private final boolean @Nullable [] flags;
    private final int[] rows;

    /**
     * The withheld ones of a batch.
     *
     * @param all labels of the batch
     * @param flags which of its examples are withheld, or null for none
     */
    public WithheldExamples(Labels all, boolean @Nullable [] flags) {
        this.all = all;
        this.flags = flags;
        this.rows = flags == null
                ? new int[0]
                : IntStream.range(0, flags.length).filter(n -> flags[n]).toArray();
    }

    /**
     * A larger share of few data. Examples of a smaller share are always among those of a larger one.
     *
     * @param asked share that the likelihood asks for
     * @param batchesPerPass batches of a pass
     * @param rows examples of a batch
     * @return 0 where none is asked for
     */
    static double share(double asked, double batchesPerPass, long rows) {
        double few = BATCHES * Math.min(1, LARGEST_BATCH / rows) / batchesPerPass;
        return asked == 0 ? 0 : Math.max(asked, Math.min(LARGEST_SHARE, few));
    }

    /**
     * The withheld ones of a batch.
     *
     * @param inputs features of each input, [minibatch, ...]
     * @param labels of the output
     * @param seen the same without what their mask leaves out, which does not decide
     * @param share share of all examples, in [0, 1)
     * @return the examples; none where an input has not one row for each label
     */
    static WithheldExamples of(List<Moments> inputs, Labels labels, INDArray seen, double share) {
        long count = labels.values().size(0);
        if (share == 0 || inputs.stream().anyMatch(input -> input.mean().size(0) != count)) {
            return new WithheldExamples(labels, null);
        }
        Stream<INDArray> features = inputs.stream().map(Moments::mean);
        long[] hashes =
                ExampleHashes.of(count, Stream.concat(features, Stream.of(seen)).toList());
        boolean[] flags = new boolean[hashes.length];
        for (int n = 0; n < hashes.length; n++) {
            flags[n] = (hashes[n] >>> 11) * 0x1p-53 < share;
        }
        return new WithheldExamples(labels, flags);
    }

    /**
     * Those of a joint batch.
     *
     * @param parts of each part, in the order of the batch
     * @return those of all
     */
    static WithheldExamples joined(List<WithheldExamples> parts) {
        Labels labels = Labels.joined(parts.stream().map(part -> part.all).toList());
        if (parts.stream().allMatch(part -> part.flags == null)) {
            return new WithheldExamples(labels, null);
        }
        boolean[] flags = new boolean[Math.toIntExact(labels.values().size(0))];
        int from = 0;
        for (WithheldExamples part : parts) {
            boolean[] some = part.flags;
            int count = Math.toIntExact(part.all.values().size(0));
            if (some != null) {
                System.arraycopy(some, 0, flags, from, count);
            }
            from += count;
        }
        return new WithheldExamples(labels, flags);
    }

    /**
     * The labels of the batch.
     *
     * @return of all examples
     */
    public Labels all() {
        return all;
    }

    /**
     * Which examples are withheld.
     *
     * @return one for each example, or null for none
     */
    public boolean @Nullable [] flags() {
        return flags == null ? null : flags.clone();
    }

    /** How much weights learn from each row: withheld ones 0; null for 1 everywhere, as for given trust. */
    double @Nullable [] trust(double @Nullable [] given) {
        if (flags == null) {
            return given;
        }
        double[] trust = given == null ? new double[flags.length] : given.clone();
        for (int n = 0; n < trust.length; n++) {
            double trusted = given == null ? 1 : given[n];
            trust[n] = flags[n % flags.length] ? 0 : trusted;
        }
        return trust;
    }

    int count() {
        return rows.length;
    }

    /** Mean over the examples that are not withheld; 0 where there are none. Values: [minibatch, 1]. */
    double meanOfOthers(INDArray values) {
        double sum = 0;
        int others = 0;
        for (int n = 0; n < values.length(); n++) {
            if (flags == null || !flags[n]) {
                sum += values.getDouble(n);
                others++;
            }
        }
        return others > 0 ? sum / others : 0;
    }

    /** The withheld rows of each input. */
    List<Moments> of(List<Moments> inputs) {
        return rowsOf(inputs, rows);
    }

    /** Some rows of each input. */
    static List<Moments> rowsOf(List<Moments> inputs, int[] rows) {
        return inputs.stream()
                .map(input -> {
                    StepMask mask = input.mask();
                    return Moments.pointMass(rowsOf(input.mean(), rows))
                            .shapedAs(input.shape())
                            .masked(mask == null ? null : mask.rows(longs(rows)));
                })
                .toList();
    }

    /** The labels of these rows. */
    Labels labels() {
        INDArray mask = all.mask();
        return new Labels(rowsOf(all.values(), rows), mask == null ? null : rowsOf(mask, rows));
    }

    private static INDArray rowsOf(INDArray array, int[] rows) {
        if (array.rank() == 2) {
            return FloatProducts.rows(array, rows);
        }
        INDArrayIndex[] indices = NDArrayIndex.allFor(array);
        indices[0] = new SpecifiedIndex(longs(rows));
        return array.get(indices).dup('f');
    }

    private static long[] longs(int[] numbers) {
        return Arrays.stream(numbers).asLongStream().toArray();
    }
}
