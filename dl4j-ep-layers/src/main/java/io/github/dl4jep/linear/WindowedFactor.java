package io.github.dl4jep.linear;

import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.array.ReusedWorkspace;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightSite;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A convolution's messages: {@link WeightGroups} on {@link Patches}, block of output positions by block and one array
 * after the other, so that patches need little memory however many positions and examples there are. All blocks in
 * one is the plain version, the tests' oracle.
 *
 * <p>Shapes: activation [minibatch, channels x inputPositions]; pre-activation [outputPositions x minibatch, units]; weights [fan-in,
 * units].
 */
public final class WindowedFactor {

    /** Elements of a block's patches, and of its rows of two results: 32 MB of floats. Smaller blocks cost time, larger ones gain none. */
    private static final long BLOCK = 1L << 23;

    /**
     * Elements that the patches of all layers together need at most, as long as {@link #LEAST_ROWS} rows are not more: layers and
     * arrays use the same memory in turn.
     */
    public static final long WORKING_ELEMENTS = BLOCK;

    /** With fewer rows a matrix product does not reach its speed. */
    private static final long LEAST_ROWS = 1024;

    /** Matrices that a block needs rows of beside its patches: mean and variance, or z and G. */
    private static final int RESULTS = 2;

    private static final String ROWS = "WS_EP_ROWS";
    private static final String PATCHES = "WS_EP_PATCHES";

    private final Patches patches;
    private final WeightGroups groups;
    private final long blockElements;
    private final long leastRows;

    /**
     * The factor of a convolution.
     *
     * @param patches its windows
     * @param groups which columns a unit sees
     */
    public WindowedFactor(Patches patches, WeightGroups groups) {
        this(patches, groups, BLOCK, LEAST_ROWS);
    }

    WindowedFactor(Patches patches, WeightGroups groups, long blockElements, long leastRows) {
        this.patches = patches;
        this.groups = groups;
        this.blockElements = blockElements;
        this.leastRows = leastRows;
    }

    /**
     * The windows.
     *
     * @return the patches
     */
    public Patches patches() {
        return patches;
    }

    /** Runs through the blocks, with as many units for each row of patches. */
    private void forEachBlock(long batch, long units, Consumer<Patches> action) {
        long rows = Math.max(leastRows, blockElements / (patches.geometry().fanIn() + RESULTS * units));
        for (Patches block : patches.blocks((int) Math.max(1, Math.min(rows / batch, patches.windows())))) {
            inReusedMemory(ROWS, () -> action.accept(block));
        }
    }

    /** What the action creates is gone afterwards. */
    private static void inReusedMemory(String workspace, Runnable action) {
        try (MemoryWorkspace memory = ReusedWorkspace.open(workspace)) {
            action.run();
        }
    }

    /**
     * Forward moments, {@link LinearFactor#messageToPreActivation}.
     *
     * @param activation moments of the input
     * @param weights moments of the weights
     * @param bias moments of the bias, or null for none
     * @return moments of the pre-activation
     */
    public Moments messageToPreActivation(Moments activation, WeightMoments weights, @Nullable WeightMoments bias) {
        long batch = activation.mean().size(0);
        List<InputTerm> meanTerms = LinearFactor.meanTerms(activation, weights, groups.product());
        List<InputTerm> varianceTerms = LinearFactor.varianceTerms(activation, weights, groups.product());
        INDArray mean = preActivation(activation.mean(), weights.mean().columns());
        INDArray variance = HostMemory.like(mean);
        forEachBlock(batch, mean.columns(), block -> {
            writeSum(meanTerms, block, mean);
            writeSum(varianceTerms, block, variance);
        });
        BiasTerm.add(bias, mean, variance);
        return new Moments(mean, variance);
    }

    private static void writeSum(List<InputTerm> terms, Patches block, INDArray result) {
        long batch = terms.get(0).input().size(0);
        INDArray rows = RowBlock.unwritten(result, block.windows() * batch);
        for (int i = 0; i < terms.size(); i++) {
            InputTerm term = terms.get(i);
            boolean added = i > 0;
            inReusedMemory(PATCHES, () -> term.product().into(block.gather(term.input()), rows, added));
        }
        RowBlock.put(rows, result, block.first() * batch);
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
                weights.columns(),
                block -> inReusedMemory(
                        PATCHES,
                        () -> RowBlock.put(
                                groups.product(block.gather(values), weights), result, block.first() * batch)));
        return result;
    }

    private INDArray preActivation(INDArray activation, long units) {
        long rows = patches.windows() * activation.size(0);
        return HostMemory.uninitialized(activation.dataType(), new long[] {rows, units}, 'f');
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
        WeightProduct product = groups.product();
        PatchSum shift = new PatchSum(patches.geometry(), batch, message.shift().dataType());
        PatchSum precision =
                new PatchSum(patches.geometry(), batch, message.shift().dataType());
        forEachBlock(batch, message.shift().columns(), block -> {
            BackwardMessage rows = rows(message, block, batch);
            inReusedMemory(PATCHES, () -> shift.add(block, LinearFactor.shiftToInput(rows.shift(), weights, product)));
            inReusedMemory(
                    PATCHES,
                    () -> precision.add(block, LinearFactor.precisionToInput(rows.curvature(), weights, product)));
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
        WeightProduct product = groups.product();
        WeightSite sites = LinearFactor.noSites(weights, withPrecision);
        forEachBlock(batch, message.shift().columns(), block -> {
            BackwardMessage rows = rows(message, block, batch);
            inReusedMemory(
                    PATCHES, () -> product.transposedTimes(block.gather(mean), rows.shift(), sites.shift(), true));
            if (secondMoment != null) {
                inReusedMemory(
                        PATCHES,
                        () -> product.transposedTimes(
                                block.gather(secondMoment), rows.curvature(), sites.requiredPrecision(), true));
            }
        });
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
                activation.size(0),
                0,
                block -> inReusedMemory(
                        PATCHES, () -> sum.addi(block.gather(activation).sum(true, 0))));
        return sum.divi(patches.windows() * activation.size(0));
    }

    private int batch(BackwardMessage message) {
        return Math.toIntExact(message.shift().size(0) / patches.windows());
    }

    private static BackwardMessage rows(BackwardMessage message, Patches block, int batch) {
        UnaryOperator<INDArray> rows =
                whole -> RowBlock.of(whole, (long) block.first() * batch, (long) block.windows() * batch);
        return new BackwardMessage(rows.apply(message.shift()), rows.apply(message.curvature()));
    }
}
