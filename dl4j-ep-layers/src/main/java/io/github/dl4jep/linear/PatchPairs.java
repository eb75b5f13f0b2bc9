package io.github.dl4jep.linear;

import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.ExamplePairs;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.PositionPairs;
import io.github.dl4jep.message.PositionRows;
import io.github.dl4jep.window.WindowGeometry;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The covariance of a convolution's pre-activations at pairs of an example and a position. With the windows x and the gains D of windows,
 * \( K'_{rq} = x_r\,diag(\bar s)\,x_q^T + \bar s_b + (D_r\,diag(\bar q)\,D_q^T)\,K_{rq} \): the formula of a dense layer, row by row.
 * Covariances of what two windows read hardly change where both are moved by one step, so K is that of the middles of the windows. Own,
 * docs/algorithm.md, section 3.
 */
public final class PatchPairs implements PositionPairs {

    private final INDArray mean;
    private final BatchCovariance before;
    /** Null for an observed input. */
    private final @Nullable PositionPairs ofInput;

    private final Supplier<Weights> weights;
    /** For each kernel position the source of every window. */
    private final Supplier<int[][]> sources;
    /** The middle of every window. */
    private final Supplier<int[]> middles;

    private final int positions;
    private @Nullable PositionRows seen;
    private @Nullable PositionRows gains;
    /** At the middles of the windows. */
    private @Nullable PositionPairs given;

    private double bias;
    private @Nullable ExampleCovariance known;

    /**
     * What is asked of the weights.
     *
     * @param meanVariance mean variance over units of each element of a window, [channels x kernel positions]
     * @param meanSquaredMean mean squared mean
     * @param biasVariance mean variance of the biases
     */
    public record Weights(INDArray meanVariance, INDArray meanSquaredMean, double biasVariance) {}

    private PatchPairs(
            Supplier<int[][]> sources,
            Supplier<int[]> middles,
            int positions,
            INDArray mean,
            BatchCovariance before,
            @Nullable PositionPairs ofInput,
            Supplier<Weights> weights) {
        this.sources = sources;
        this.middles = middles;
        this.positions = positions;
        this.mean = mean;
        this.before = before;
        this.ofInput = ofInput;
        this.weights = weights;
    }

    /** Those of weights that see windows; null where covariances of the input's positions are not known. */
    static @Nullable PositionPairs of(
            WindowGeometry geometry, INDArray mean, BatchCovariance before, Supplier<Weights> weights) {
        return of(
                geometry::sources,
                geometry::middles,
                geometry.inputPositions(),
                geometry.outputPositions(),
                mean,
                before,
                weights);
    }

    /**
     * Those of a factor and a term of every channel, such as scale and shift of a normalization.
     *
     * @param mean what the factors see, [minibatch, channels x positions]
     * @param positions number of positions
     * @param before covariance of it
     * @param weights moments of the factors, each divided by the number of channels
     * @return null where covariances of the input's positions are not known
     */
    public static @Nullable PositionPairs ofChannels(
            INDArray mean, int positions, BatchCovariance before, Supplier<Weights> weights) {
        Supplier<int[]> here = () -> IntStream.range(0, positions).toArray();
        return of(() -> new int[][] {here.get()}, here, positions, positions, mean, before, weights);
    }

    private static @Nullable PositionPairs of(
            Supplier<int[][]> sources,
            Supplier<int[]> middles,
            int inputPositions,
            int positions,
            INDArray mean,
            BatchCovariance before,
            Supplier<Weights> weights) {
        PositionPairs ofInput = ExamplePairs.of(before, inputPositions);
        return before.isNone() || ofInput != null
                ? new PatchPairs(sources, middles, positions, mean, before, ofInput, weights)
                : null;
    }

    private PositionRows seen() {
        if (seen == null) {
            Weights of = weights.get();
            int[][] reads = sources.get();
            bias = of.biasVariance();
            seen = new PositionRows(mean, of.meanVariance(), reads);
            INDArray gain = before.gainOn(mean);
            if (gain != null && ofInput != null) {
                gains = new PositionRows(gain, of.meanSquaredMean(), reads);
                given = ofInput.moved(middles.get());
            }
        }
        return seen;
    }

    @Override
    public float[] between(int[] rows, int[] columns) {
        float[] own = seen().products(rows, columns);
        return given == null || gains == null
                ? plus(own, null, null)
                : plus(own, gains.products(rows, columns), given.between(rows, columns));
    }

    @Override
    public float[] variances(int[] rows) {
        float[] own = seen().squares(rows);
        return given == null || gains == null
                ? plus(own, null, null)
                : plus(own, gains.squares(rows), given.variances(rows));
    }

    private float[] plus(float[] own, float @Nullable [] gain, float @Nullable [] ofInput) {
        for (int i = 0; i < own.length; i++) {
            own[i] += (float) bias + (gain == null || ofInput == null ? 0 : gain[i] * ofInput[i]);
        }
        return own;
    }

    /** Kept: several problems of one batch ask for the same. */
    @Override
    public ExampleCovariance covariance(InducingExamples inducing) {
        if (known == null || known.inducing().count(rows()) != inducing.count(rows())) {
            known = PositionPairs.super.covariance(inducing);
        }
        return known;
    }

    private long rows() {
        return (long) positions() * minibatch();
    }

    @Override
    public int minibatch() {
        return mean.rows();
    }

    @Override
    public int positions() {
        return positions;
    }
}
