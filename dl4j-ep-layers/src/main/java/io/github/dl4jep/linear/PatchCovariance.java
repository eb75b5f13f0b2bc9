package io.github.dl4jep.linear;

import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.window.WindowGeometry;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The batch covariance of a convolution: {@link LinearFactor}'s formula averaged over output positions. Own, docs/algorithm.md,
 * section 3.
 *
 * <p>What windows see are copies of the input's elements, and the formula has one term for each copy, so the copies need not be made:
 * an element counts by the weights of all kernel elements that read it. Where even that costs too much, {@link PositionSample}
 * takes some of the input's positions for all.
 */
final class PatchCovariance {

    private PatchCovariance() {}

    /**
     * Batch covariance of a convolution's pre-activation, averaged over units and output positions.
     *
     * @param input moments and batch covariance of the input, [minibatch, channels x inputPositions]
     * @param geometry where the windows lie
     * @param meanVariance mean of the weights' variance over units, [fan-in, 1]
     * @param meanSquaredMean mean of the weights' squared mean over units, [fan-in, 1]
     * @param units number of units
     * @param bias moments of the bias, or null for none
     * @return the covariance, [minibatch, minibatch]
     */
    static BatchCovariance ofPreActivation(
            ForwardMessage input,
            WindowGeometry geometry,
            INDArray meanVariance,
            INDArray meanSquaredMean,
            long units,
            @Nullable WeightMoments bias) {
        INDArray mean = input.moments().mean();
        double multiplications = (double) geometry.outputPositions() * geometry.kernelPositions() * units;
        PositionSample sample = PositionSample.of(
                geometry.inputPositions(), input.covariance().inducing().count(mean.size(0)), multiplications);
        INDArray reads = reads(geometry, sample, mean.dataType());
        return LinearFactor.covarianceOfPreActivation(
                sample.columns(mean),
                input.covariance().ofUnits(sample::columns),
                perElement(meanVariance, reads),
                perElement(meanSquaredMean, reads),
                bias);
    }

    /**
     * By which share of the windows each kernel element reads each position of the sample, which stands for all.
     *
     * @return [kernelPositions, sampled positions]
     */
    private static INDArray reads(WindowGeometry geometry, PositionSample sample, DataType type) {
        int[] numbers = new int[geometry.inputPositions()];
        Arrays.fill(numbers, -1);
        for (int i = 0; i < sample.size(); i++) {
            numbers[sample.position(i)] = i;
        }
        int kernel = geometry.kernelPositions();
        double share = sample.standsFor() / geometry.outputPositions();
        double[] reads = new double[kernel * sample.size()];
        for (int k = 0; k < kernel; k++) {
            for (int source : geometry.sources(k)) {
                if (source >= 0 && numbers[source] >= 0) {
                    reads[numbers[source] * kernel + k] += share;
                }
            }
        }
        INDArray matrix = HostMemory.uninitialized(type, new long[] {kernel, sample.size()}, 'f');
        return matrix.assign(Nd4j.createFromArray(reads).reshape('f', kernel, sample.size()));
    }

    /** What the elements count for that a kernel reads: [channels x sampled positions, 1] from [channels x kernelPositions, 1]. */
    private static INDArray perElement(INDArray column, INDArray reads) {
        long kernel = reads.rows();
        INDArray weights = column.dup('f').reshape('f', kernel, column.length() / kernel);
        INDArray counts =
                HostMemory.uninitialized(column.dataType(), new long[] {reads.columns(), weights.columns()}, 'f');
        Nd4j.gemm(reads, weights, counts, true, false, 1, 0);
        return counts.reshape('f', counts.length(), 1);
    }
}
