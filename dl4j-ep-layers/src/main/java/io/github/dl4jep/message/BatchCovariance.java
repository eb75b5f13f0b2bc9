package io.github.dl4jep.message;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The covariance K between the samples of a batch, due to weight uncertainty, averaged over the units of a layer:
 * algorithm, section 3.
 *
 * <p>{@code covariance} belongs to the last pre-activation; {@code gain} is the gain D of the units since then. The next
 * layer with weights combines the two, because only it knows by how much each unit counts:
 * \( K' = a\,diag(\bar s)\,a^T + (D\,diag(\bar q)\,D^T) \circ K \).
 *
 * <p>Where branches of a network meet, their gains belong to different matrices, and no unit of the sum has one gain. Each branch
 * is then reduced to one matrix, {@link #collapsed}, and the matrices add up: the branches' weights are independent.
 *
 * <p>Shapes: {@code covariance}: [minibatch, minibatch], symmetric, null when the input is observed; {@code gain}:
 * [minibatch, units], null for a gain of 1.
 *
 * <p>After weights that many positions share, {@code positions} says how these are correlated. The activations of recurrent
 * layers have the covariance of their {@code steps} in place of the others; {@link #covariance()} is then its mean.
 *
 * @param covariance K, or null for none
 * @param gain D, or null for 1
 * @param positions correlation of positions, or null where no weights are shared
 * @param steps covariance of the steps of sequences, or null
 */
public record BatchCovariance(
        @Nullable INDArray covariance,
        @Nullable INDArray gain,
        @Nullable PositionCorrelation positions,
        @Nullable StepCovariance steps) {

    private static final BatchCovariance NONE = new BatchCovariance(null, null);

    /**
     * A covariance whose positions share no weights.
     *
     * @param covariance K, or null for none
     * @param gain D, or null for 1
     */
    public BatchCovariance(@Nullable INDArray covariance, @Nullable INDArray gain) {
        this(covariance, gain, null, null);
    }

    /**
     * A covariance of positions.
     *
     * @param covariance K, or null for none
     * @param gain D, or null for 1
     * @param positions correlation of positions, or null where no weights are shared
     */
    public BatchCovariance(
            @Nullable INDArray covariance, @Nullable INDArray gain, @Nullable PositionCorrelation positions) {
        this(covariance, gain, positions, null);
    }

    /**
     * The covariance of the activations of sequences.
     *
     * @param steps covariance of the steps
     * @return the message
     */
    public static BatchCovariance of(StepCovariance steps) {
        return new BatchCovariance(null, null, null, steps);
    }

    /**
     * The covariance between examples.
     *
     * @return K, or null for none; of sequences the mean over steps and units, to which no gain belongs
     */
    @Override
    public @Nullable INDArray covariance() {
        return steps == null ? covariance : steps.mean();
    }

    /**
     * No covariance: the input is observed.
     *
     * @return the message into the first layer
     */
    public static BatchCovariance none() {
        return NONE;
    }

    /**
     * The covariance of a pre-activation, before any unit.
     *
     * @param covariance K, [minibatch, minibatch]
     * @return the message
     */
    public static BatchCovariance of(INDArray covariance) {
        return new BatchCovariance(covariance, null);
    }

    /**
     * The message after a further unit.
     *
     * @param unitGain the unit's gain, [minibatch, units], or null for 1
     * @return this covariance with the gains multiplied
     */
    public BatchCovariance through(@Nullable INDArray unitGain) {
        if (steps != null && unitGain != null) {
            long rows = unitGain.length() / steps.units();
            return of(steps.through(unitGain.dup('f').reshape('f', rows, steps.units())));
        }
        if (covariance == null || unitGain == null) {
            return this;
        }
        // A unit scales the covariance of two positions, but keeps their correlation.
        return new BatchCovariance(covariance, gain == null ? unitGain : gain.mul(unitGain), positions);
    }

    /**
     * The same covariance after weights that positions share.
     *
     * @param features makes what these weights see, [positions x minibatch, n]
     * @param before the covariance at their input
     * @return the message
     */
    public BatchCovariance withFeatures(Supplier<INDArray> features, BatchCovariance before) {
        PositionCorrelation earlier = before.positions();
        return new BatchCovariance(
                covariance, gain, new PositionCorrelation(features, earlier == null ? () -> 1 : earlier::rank));
    }

    /**
     * The message after a map that combines elements, such as pooling.
     *
     * @param activation the activation that the gain belongs to, for its shape
     * @param map what the map does with the gain
     * @return this covariance with the mapped gain; a gain of 1 is mapped as an array of ones
     */
    public BatchCovariance withGain(INDArray activation, UnaryOperator<INDArray> map) {
        INDArray before = gainOn(activation);
        return before == null ? this : selected(map.apply(before));
    }

    /**
     * The message after a map that chooses positions, such as a maximum.
     *
     * @param chosen the gain of the chosen elements; null for 1
     * @return this covariance with that gain; if there is none, this one
     */
    public BatchCovariance selected(@Nullable INDArray chosen) {
        INDArray k = covariance();
        return k == null
                ? this
                : new BatchCovariance(k, chosen, positions == null ? null : positions.withoutFeatures());
    }

    /**
     * The gain as an array.
     *
     * @param activation the activation that the gain belongs to, for its shape
     * @return the gain, a new array of ones where it is 1, or null where there is no covariance
     */
    public @Nullable INDArray gainOn(INDArray activation) {
        return covariance == null && steps == null
                ? null
                : gain == null ? activation.ulike().assign(1) : gain;
    }

    /**
     * The message after a choice of some units, at the positions where they are.
     *
     * @param columns makes [minibatch, units after] of [minibatch, units before]
     * @return this covariance with the gain of these units
     */
    public BatchCovariance ofUnits(UnaryOperator<INDArray> columns) {
        return gain == null ? this : new BatchCovariance(covariance, columns.apply(gain), positions);
    }

    /**
     * The message after a map that moves columns to other positions: of the correlation of positions, only the rank stays.
     *
     * @param columns makes [minibatch, units after] of [minibatch, units before]
     * @return this covariance with the gain moved
     */
    public BatchCovariance rearranged(UnaryOperator<INDArray> columns) {
        return selected(gain == null ? null : columns.apply(gain));
    }

    /**
     * The message after a multiplication of the covariance.
     *
     * @param factor factor of K; the square of the activations' factor
     * @return K multiplied, the same gain
     */
    public BatchCovariance times(double factor) {
        if (steps != null) {
            return factor == 1 ? this : of(new CombinedSteps(List.of(steps), factor, false));
        }
        INDArray k = covariance;
        return k == null || factor == 1 ? this : new BatchCovariance(k.mul(factor), gain, positions);
    }

    /**
     * The covariance of the activations themselves, averaged over units: \( K \circ (D D^T / units) \).
     *
     * @return a message without gain; this one if it has none
     */
    public BatchCovariance collapsed() {
        if (covariance == null || gain == null) {
            return this;
        }
        INDArray gram = Nd4j.createUninitialized(gain.dataType(), covariance.shape(), 'f');
        Nd4j.gemm(gain, gain, gram, false, true, 1.0 / gain.columns(), 0);
        return new BatchCovariance(gram.muli(covariance), null, positions);
    }

    /**
     * The covariance of a sum of two activations that do not depend on the same weights.
     *
     * @param other message of the other activation
     * @return the sum of both {@link #collapsed}; if one has no covariance, the other as it is
     */
    public BatchCovariance plus(BatchCovariance other) {
        if (steps != null && other.steps != null) {
            return of(new CombinedSteps(List.of(steps, other.steps), 1, false));
        }
        INDArray mine = collapsed().covariance();
        INDArray others = other.collapsed().covariance();
        return mine == null
                ? other
                : others == null ? this : of(mine.add(others)).correlatedAs(mine, positions, others, other.positions);
    }

    private BatchCovariance correlatedAs(
            INDArray mine,
            @Nullable PositionCorrelation ofMine,
            INDArray others,
            @Nullable PositionCorrelation ofOthers) {
        return ofMine == null && ofOthers == null
                ? this
                : new BatchCovariance(
                        covariance, gain, PositionCorrelation.ofSum(ofMine, trace(mine), ofOthers, trace(others)));
    }

    private static double trace(INDArray matrix) {
        return Nd4j.diag(matrix).sumNumber().doubleValue();
    }

    /**
     * The same covariance, of which a part comes from before, and the rest from parameters that all positions share.
     *
     * @param before the part, without gain, as it was passed on
     * @param positions how positions were correlated before, or null
     * @return the message
     */
    public BatchCovariance withPart(INDArray before, @Nullable PositionCorrelation positions) {
        return positions == null || covariance == null
                ? this
                : correlatedAs(before, positions, covariance.sub(before), null);
    }

    /**
     * The covariance of activations whose units are put beside one another and that do not depend on the same weights.
     *
     * @param parts message of each activation
     * @param shares share of each in all units
     * @return the mean over all units; of sequences the covariance of their steps
     */
    public static BatchCovariance beside(List<BatchCovariance> parts, List<Double> shares) {
        List<StepCovariance> ofSteps = new ArrayList<>();
        BatchCovariance mean = NONE;
        for (int i = 0; i < parts.size(); i++) {
            StepCovariance each = parts.get(i).steps;
            if (each != null) {
                ofSteps.add(each);
            }
        }
        if (ofSteps.size() == parts.size()) {
            return of(new CombinedSteps(ofSteps, 1, true));
        }
        for (int i = 0; i < parts.size(); i++) {
            // Collapsed first: the gain of one branch has not the columns of all.
            BatchCovariance part = parts.get(i);
            INDArray k = part.steps == null ? part.collapsed().covariance : part.covariance();
            mean = k == null ? mean : mean.plus(of(k).times(shares.get(i)));
        }
        return mean;
    }

    /**
     * The covariance of activations whose examples are put below one another: between examples of different blocks there is
     * none.
     *
     * @param blocks message of each block
     * @param rows number of examples of each block
     * @param like an array of the data type
     * @return block-diagonal K; the blocks' gains below one another
     */
    public static BatchCovariance stacked(List<BatchCovariance> blocks, long[] rows, INDArray like) {
        if (blocks.stream().allMatch(block -> block.covariance() == null)) {
            return NONE;
        }
        long total = 0;
        for (long count : rows) {
            total += count;
        }
        INDArray covariance = Nd4j.create(like.dataType(), new long[] {total, total}, 'f');
        long from = 0;
        for (int i = 0; i < rows.length; i++) {
            INDArray block = blocks.get(i).covariance();
            if (block != null) {
                covariance
                        .get(NDArrayIndex.interval(from, from + rows[i]), NDArrayIndex.interval(from, from + rows[i]))
                        .assign(block);
            }
            from += rows[i];
        }
        double[] shares = new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            shares[i] = blocks.get(i).covariance == null ? 0 : (double) rows[i] / total;
        }
        return new BatchCovariance(
                covariance,
                stackedGain(blocks, rows, total),
                PositionCorrelation.ofBlocks(
                        blocks.stream().map(BatchCovariance::positions).collect(Collectors.toList()), shares));
    }

    private static @Nullable INDArray stackedGain(List<BatchCovariance> blocks, long[] rows, long total) {
        INDArray stacked = null;
        long from = 0;
        for (int i = 0; i < rows.length; i++) {
            INDArray gain = blocks.get(i).gain;
            if (gain != null) {
                if (stacked == null) {
                    stacked = Nd4j.createUninitialized(gain.dataType(), new long[] {total, gain.columns()}, 'f');
                    stacked.assign(1);
                }
                stacked.get(NDArrayIndex.interval(from, from + rows[i]), NDArrayIndex.all())
                        .assign(gain);
            }
            from += rows[i];
        }
        return stacked;
    }

    /**
     * The covariance of some examples.
     *
     * @param from first row
     * @param to row after the last
     * @return the block of K on its diagonal, and those rows of the gain
     */
    public BatchCovariance block(long from, long to) {
        INDArray k = covariance();
        if (k == null) {
            return this;
        }
        return new BatchCovariance(
                k.get(NDArrayIndex.interval(from, to), NDArrayIndex.interval(from, to))
                        .dup('f'),
                gain == null
                        ? null
                        : gain.get(NDArrayIndex.interval(from, to), NDArrayIndex.all())
                                .dup('f'),
                positions == null ? null : positions.block(from, to, k.rows()));
    }
}
