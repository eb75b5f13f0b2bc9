package io.github.dl4jep.factor;

import io.github.dl4jep.distribution.BackwardMessage;
import io.github.dl4jep.distribution.Moments;
import io.github.dl4jep.distribution.WeightMoments;
import io.github.dl4jep.distribution.WeightSite;
import io.github.dl4jep.kernel.ReusedWorkspace;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A convolution's messages: {@link WeightGroups} on {@link Patches}, block of output positions by block, so that patches need
 * little memory however many positions and examples there are. All blocks in
 * one is the plain version, the tests' oracle.
 *
 * <p>Shapes: activation [minibatch, channels x inputPositions]; pre-activation [outputPositions x minibatch, units]; weights [fan-in,
 * units].
 */
public final class WindowedFactor {

    /** Elements of a block's patches: 32 MB of floats. Smaller blocks cost time, larger ones gain none. */
    private static final long BLOCK = 1L << 23;

    /**
     * Elements that the patches of all layers together need at most, up to a fan-in of 8,192: layers use the same memory in turn, for
     * a block of mean, variance and second moment, and of the two messages back.
     */
    public static final long WORKING_ELEMENTS = 5 * BLOCK;

    /** With fewer rows a matrix product does not reach its speed. */
    private static final long LEAST_ROWS = 1024;

    private static final String WORKSPACE = "WS_EP_PATCHES";

    private final Patches patches;
    private final WeightGroups groups;
    private final long blockElements;

    /**
     * The factor of a convolution.
     *
     * @param patches its windows
     * @param groups which columns a unit sees
     */
    public WindowedFactor(Patches patches, WeightGroups groups) {
        this(patches, groups, Math.max(BLOCK, LEAST_ROWS * patches.geometry().fanIn()));
    }

    WindowedFactor(Patches patches, WeightGroups groups, long blockElements) {
        this.patches = patches;
        this.groups = groups;
        this.blockElements = blockElements;
    }

    /**
     * The windows.
     *
     * @return the patches
     */
    public Patches patches() {
        return patches;
    }

    private List<Patches> blocks(long batch) {
        long rows = blockElements / patches.geometry().fanIn();
        return patches.blocks((int) Math.max(1, Math.min(rows / batch, patches.windows())));
    }

    /** Runs through the blocks; what a block creates lives in a workspace that the next block uses again. */
    private void forEachBlock(long batch, Consumer<Patches> action) {
        for (Patches block : blocks(batch)) {
            try (MemoryWorkspace workspace = ReusedWorkspace.open(WORKSPACE)) {
                action.accept(block);
            }
        }
    }

    /**
     * Forward moments, {@link LinearFactor#messageToPreActivation}.
     *
     * @param activation moments of the input
     * @param weights moments of the weights
     * @param bias moments of the bias, or null for none
     * @param secondMoments whether the input's mean squares are used, rather than the squares of its means
     * @return moments of the pre-activation
     */
    public Moments messageToPreActivation(
            Moments activation, WeightMoments weights, @Nullable WeightMoments bias, boolean secondMoments) {
        Moments input = activation.withSquares(secondMoments);
        long batch = activation.mean().size(0);
        INDArray mean = preActivation(activation.mean(), weights.mean().columns());
        INDArray variance = mean.ulike();
        forEachBlock(batch, block -> {
            Moments seen = input.rearranged(block::gather, secondMoments);
            Moments part = groups.messageToPreActivation(seen, weights, bias);
            RowBlock.put(part.mean(), mean, block.first() * batch);
            RowBlock.put(Objects.requireNonNull(part.variance()), variance, block.first() * batch);
        });
        return new Moments(mean, variance);
    }

    /**
     * The pre-activation of known values and known weights.
     *
     * @param values the activation
     * @param weights [fan-in, units]
     * @return [outputPositions x minibatch, units]
     */
    public INDArray product(INDArray values, INDArray weights) {
        long batch = values.size(0);
        INDArray result = preActivation(values, weights.columns());
        forEachBlock(
                batch,
                block -> RowBlock.put(groups.product(block.gather(values), weights), result, block.first() * batch));
        return result;
    }

    private INDArray preActivation(INDArray activation, long units) {
        long rows = patches.windows() * activation.size(0);
        return Nd4j.createUninitialized(activation.dataType(), new long[] {rows, units}, 'f');
    }

    /**
     * Message to the input, {@link LinearFactor#messageToInput}, summed over the windows that see it.
     *
     * @param message z and G at the pre-activation
     * @param weights moments of the weights
     * @return the message at the activation
     */
    public BackwardMessage messageToInput(BackwardMessage message, WeightMoments weights) {
        int batch = batch(message);
        PatchSum shift = new PatchSum(patches.geometry(), batch, message.shift().dataType());
        PatchSum precision =
                new PatchSum(patches.geometry(), batch, message.shift().dataType());
        forEachBlock(batch, block -> {
            BackwardMessage part = groups.messageToInput(rows(message, block, batch), weights);
            shift.add(block, part.shift());
            precision.add(block, part.precision());
        });
        return new BackwardMessage(shift.activation(), precision.activation());
    }

    /**
     * Message to the weights, {@link LinearFactor#messageToWeights}.
     *
     * @param message z and G at the pre-activation
     * @param activation moments of the input
     * @param weights moments of the weights, which are not needed any more
     * @param withPrecision whether the posterior uses the precision
     * @return the sites of this batch
     */
    public WeightSite messageToWeights(
            BackwardMessage message, Moments activation, WeightMoments weights, boolean withPrecision) {
        INDArray mean = activation.mean();
        INDArray secondMoment = withPrecision ? activation.secondMoment() : null;
        int batch = batch(message);
        WeightSite sites = LinearFactor.noSites(weights, withPrecision);
        forEachBlock(
                batch,
                block -> groups.addMessageToWeights(
                        rows(message, block, batch),
                        block.gather(mean),
                        secondMoment == null ? null : block.gather(secondMoment),
                        sites));
        return sites;
    }

    /**
     * Mean of what every weight sees, over positions and examples.
     *
     * @param activation [minibatch, channels x inputPositions]
     * @return [1, fan-in]
     */
    public INDArray meanSeen(INDArray activation) {
        INDArray sum = Nd4j.zeros(activation.dataType(), 1, patches.geometry().fanIn());
        forEachBlock(
                activation.size(0), block -> sum.addi(block.gather(activation).sum(true, 0)));
        return sum.divi(patches.windows() * activation.size(0));
    }

    private int batch(BackwardMessage message) {
        return Math.toIntExact(message.shift().size(0) / patches.windows());
    }

    private static BackwardMessage rows(BackwardMessage message, Patches block, int batch) {
        UnaryOperator<INDArray> rows =
                whole -> RowBlock.of(whole, (long) block.first() * batch, (long) block.windows() * batch);
        return new BackwardMessage(rows.apply(message.shift()), rows.apply(message.precision()));
    }
}
