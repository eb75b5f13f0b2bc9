package io.github.dl4jep.message;

import io.github.dl4jep.array.HostMemory;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The covariance K between the samples of a batch, due to weight uncertainty, averaged over the units of a layer:
 * algorithm, section 3.
 *
 * <p>{@code examples} belongs to the last pre-activation; {@code gain} is the gain D of the units since then. The next
 * layer with weights combines the two, because only it knows by how much each unit counts:
 * \( K' = a\,diag(\bar s)\,a^T + (D\,diag(\bar q)\,D^T) \circ K \).
 *
 * <p>Where branches of a network meet, their gains belong to different matrices, and no unit of the sum has one gain. Each branch
 * is then reduced to one matrix, {@link #collapsed}, and the matrices add up: the branches' weights are independent.
 *
 * <p>{@code gain}: [minibatch, units], null for a gain of 1.
 *
 * <p>After weights that many positions share, {@code positions} says how these are correlated. The activations of recurrent
 * layers have the covariance of their {@code steps} in place of the others; {@link #examples()} is then its mean.
 *
 * @param examples K, none when the input is observed
 * @param gain D, or null for 1
 * @param positions correlation of positions, or null where no weights are shared
 * @param steps covariance of the steps of sequences, or null
 * @param preActivations how the units of the last pre-activation vary together, or null where they do so by themselves
 */
public record BatchCovariance(
        ExampleCovariance examples,
        @Nullable INDArray gain,
        @Nullable PositionCorrelation positions,
        @Nullable StepCovariance steps,
        @Nullable UnitCovariance preActivations) {

    private static final BatchCovariance NONE =
            new BatchCovariance(ExampleCovariance.none(InducingExamples.all()), null, null);

    /**
     * A covariance of all pairs.
     *
     * @param covariance K, [minibatch, minibatch]
     * @param gain D, or null for 1
     */
    public BatchCovariance(INDArray covariance, @Nullable INDArray gain) {
        this(ExampleCovariance.of(covariance), gain, null);
    }

    /**
     * A covariance of positions.
     *
     * @param examples K
     * @param gain D, or null for 1
     * @param positions correlation of positions, or null where no weights are shared
     */
    public BatchCovariance(
            ExampleCovariance examples, @Nullable INDArray gain, @Nullable PositionCorrelation positions) {
        this(examples, gain, positions, null, null);
    }

    /**
     * The covariance of the activations of sequences.
     *
     * @param steps covariance of the steps
     * @param inducing examples with which covariances are kept where the steps of an example become one
     * @return the message
     */
    public static BatchCovariance of(StepCovariance steps, InducingExamples inducing) {
        return new BatchCovariance(none(inducing).examples, null, null, steps, null);
    }

    /** {@return the covariance K between examples; of sequences the mean over steps and units, to which no gain belongs} */
    @Override
    public ExampleCovariance examples() {
        return steps == null ? examples : ExampleCovariance.of(steps.mean()).keptWith(inducing());
    }

    /** {@return the covariance of the last step of sequences: the message of one activation} */
    public BatchCovariance lastStep() {
        BatchCovariance last =
                Objects.requireNonNull(steps, "there are no steps").last();
        return new BatchCovariance(last.examples.keptWith(inducing()), last.gain, null);
    }

    /** {@return the examples with which covariances are kept: all or some} */
    public InducingExamples inducing() {
        return examples.inducing();
    }

    /**
     * The covariances between examples that are kept.
     *
     * @return those with the inducing examples, [minibatch, inducing], which may be all; null for none
     */
    public @Nullable INDArray covariance() {
        return examples().columns();
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
     * No covariance: the input is observed.
     *
     * @param inducing examples with which the layers after it keep covariances
     * @return the message into the first layer
     */
    public static BatchCovariance none(InducingExamples inducing) {
        return inducing == InducingExamples.all() ? NONE : of(ExampleCovariance.none(inducing));
    }

    /**
     * The covariance of a pre-activation, before any unit.
     *
     * @param covariance K, [minibatch, minibatch]
     * @return the message
     */
    public static BatchCovariance of(INDArray covariance) {
        return of(ExampleCovariance.of(covariance));
    }

    /**
     * The covariance of a pre-activation, before any unit.
     *
     * @param examples K
     * @return the message
     */
    public static BatchCovariance of(ExampleCovariance examples) {
        return new BatchCovariance(examples, null, null);
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
            return of(steps.through(unitGain.dup('f').reshape('f', rows, steps.units())), inducing());
        }
        if (examples.isNone() || unitGain == null) {
            return this;
        }
        // A unit scales the covariance of two positions, but keeps their correlation.
        return new BatchCovariance(
                examples, gain == null ? unitGain : gain.mul(unitGain), positions, null, preActivations);
    }

    /**
     * The covariance of a pre-activation whose units vary together.
     *
     * @param examples K, averaged over units
     * @param units covariance of examples and units
     * @return the message
     */
    public static BatchCovariance of(ExampleCovariance examples, UnitCovariance units) {
        return new BatchCovariance(examples, null, null, null, units);
    }

    /**
     * The same covariance after weights that positions share.
     *
     * @param features makes what these weights see, [positions x minibatch, n]
     * @param pairs covariances of pairs of an example and a position, or null
     * @param before the covariance at their input
     * @return the message
     */
    public BatchCovariance withFeatures(
            Supplier<INDArray> features, @Nullable PositionPairs pairs, BatchCovariance before) {
        PositionCorrelation earlier = before.positions();
        return new BatchCovariance(
                examples, gain, new PositionCorrelation(features, earlier == null ? () -> 1 : earlier::rank, pairs));
    }

    /** {@return the covariances of pairs of an example and a position before the gain, or null where they are not known} */
    public @Nullable PositionPairs pairs() {
        return positions == null ? null : positions.pairs();
    }

    /** {@return whether the activations are observed} */
    public boolean isNone() {
        return examples.isNone() && steps == null;
    }

    /**
     * The message after a map that combines elements, such as pooling.
     *
     * @param activation the activation that the gain belongs to, for its shape
     * @param map what the map does with the gain
     * @param sources for each position after the map one before it that stands for those combined; null where there is none
     * @return this covariance with the mapped gain; a gain of 1 is mapped as an array of ones
     */
    public BatchCovariance withGain(INDArray activation, UnaryOperator<INDArray> map, int @Nullable [] sources) {
        INDArray before = gainOn(activation);
        return before == null ? this : selected(map.apply(before), sources);
    }

    /**
     * The message after a map that chooses positions, such as a maximum.
     *
     * @param chosen the gain of the chosen elements; null for 1
     * @param sources for each position after the map the one before it, or one that stands for those of all channels; null where there is
     *     none
     * @return this covariance with that gain; if there is none, this one
     */
    public BatchCovariance selected(@Nullable INDArray chosen, int @Nullable [] sources) {
        ExampleCovariance k = examples();
        return k.isNone() ? this : new BatchCovariance(k, chosen, positions == null ? null : positions.moved(sources));
    }

    /**
     * The gain as an array.
     *
     * @param activation the activation that the gain belongs to, for its shape
     * @return the gain, a new array of ones where it is 1, or null where there is no covariance
     */
    public @Nullable INDArray gainOn(INDArray activation) {
        return examples.isNone() && steps == null
                ? null
                : gain == null ? HostMemory.like(activation).assign(1) : gain;
    }

    /**
     * The message after a choice of some units, at the positions where they are.
     *
     * @param columns makes [minibatch, units after] of [minibatch, units before]
     * @return this covariance with the gain of these units
     */
    public BatchCovariance ofUnits(UnaryOperator<INDArray> columns) {
        return new BatchCovariance(examples, gain == null ? null : columns.apply(gain), positions, steps, null);
    }

    /**
     * The message after a map that moves columns to other positions: of the correlation of positions, only the rank stays.
     *
     * @param columns makes [minibatch, units after] of [minibatch, units before]
     * @param sources as in {@link #selected}
     * @return this covariance with the gain moved
     */
    public BatchCovariance rearranged(UnaryOperator<INDArray> columns, int @Nullable [] sources) {
        return selected(gain == null ? null : columns.apply(gain), sources);
    }

    /**
     * The message after a multiplication of the covariance.
     *
     * @param factor factor of K; the square of the activations' factor
     * @return K multiplied, the same gain
     */
    public BatchCovariance times(double factor) {
        if (factor == 1 || isNone()) {
            return this;
        }
        if (steps != null) {
            return of(new CombinedSteps(List.of(steps), factor, false), inducing());
        }
        UnitCovariance units = UnitCovariance.multiplied(preActivations, factor);
        PositionCorrelation multiplied = positions == null ? null : positions.times(factor);
        return new BatchCovariance(examples.times(factor), gain, multiplied, null, units);
    }

    /**
     * The covariance of the activations themselves, averaged over units: \( K \circ (D D^T / units) \).
     *
     * @return a message without gain; this one if it has none
     */
    public BatchCovariance collapsed() {
        if (examples.isNone() || gain == null) {
            return this;
        }
        ExampleCovariance ofGain = ExampleCovariance.ofProducts(gain, gain, 1.0 / gain.columns(), examples.inducing());
        return new BatchCovariance(ofGain.muli(examples), null, positions == null ? null : positions.collapsed(gain));
    }

    /**
     * The covariance of a sum of two activations that do not depend on the same weights.
     *
     * @param other message of the other activation
     * @return the sum of both {@link #collapsed}; if one has no covariance, the other as it is
     */
    public BatchCovariance plus(BatchCovariance other) {
        if (steps != null && other.steps != null) {
            return of(new CombinedSteps(List.of(steps, other.steps), 1, false), inducing());
        }
        ExampleCovariance mine = collapsed().examples();
        ExampleCovariance others = other.collapsed().examples();
        return mine.isNone()
                ? other
                : others.isNone() ? this : of(mine.plus(others)).correlatedAs(mine, positions, others, other.positions);
    }

    private BatchCovariance correlatedAs(
            ExampleCovariance mine,
            @Nullable PositionCorrelation ofMine,
            ExampleCovariance others,
            @Nullable PositionCorrelation ofOthers) {
        return ofMine == null && ofOthers == null
                ? this
                : new BatchCovariance(
                        examples, gain, PositionCorrelation.ofSum(ofMine, mine.trace(), ofOthers, others.trace()));
    }

    /**
     * The same covariance, of which a part comes from before, and the rest from parameters that all positions share.
     *
     * @param before the part, without gain, as it was passed on
     * @param positions how positions were correlated before, or null
     * @return the message
     */
    public BatchCovariance withPart(ExampleCovariance before, @Nullable PositionCorrelation positions) {
        return positions == null || examples.isNone()
                ? this
                : correlatedAs(before, positions, examples.minus(before), null);
    }

    /** Of other units at the same positions. */
    BatchCovariance withoutFeatures() {
        return positions == null ? this : new BatchCovariance(examples, gain, positions.withoutFeatures());
    }

    /**
     * This covariance, of which covariances of pairs are known, too.
     *
     * @param pairs pairs of an example and a position, or null
     * @return the message
     */
    public BatchCovariance withPairs(@Nullable PositionPairs pairs) {
        PositionCorrelation known = positions == null ? new PositionCorrelation(null, () -> 1) : positions;
        return pairs == null ? this : new BatchCovariance(examples, gain, known.withPairs(pairs));
    }
}
