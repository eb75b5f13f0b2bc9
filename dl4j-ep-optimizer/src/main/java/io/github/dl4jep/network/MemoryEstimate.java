package io.github.dl4jep.network;

import io.github.dl4jep.conf.EpBidirectionalLayer;
import io.github.dl4jep.conf.EpConvolutionLayer;
import io.github.dl4jep.conf.EpRecurrentLayer;
import io.github.dl4jep.conf.EpWeightedLayer;
import io.github.dl4jep.conf.TrainingSchedule;
import io.github.dl4jep.learned.TrustRegion;
import io.github.dl4jep.linear.WindowedFactor;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.conf.CacheMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryType;
import org.deeplearning4j.nn.conf.memory.MemoryUseMode;
import org.deeplearning4j.nn.conf.memory.NetworkMemoryReport;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * How much memory outside of Java's heap an EP network needs, and a batch that it learns from: \( f + B v + B \min(B, m) q \) bytes for
 * \( B \) examples, m of them inducing, and c more where B is large. An estimate from the memory report of the configuration: a sweep keeps the arrays of all layers until it commits,
 * so the working memory of all layers adds up, where DL4J's own total takes the largest.
 *
 * @param fixedBytes f: parameters, and what a batch makes of them
 * @param bytesPerExample v: moments, messages and patches
 * @param bytesPerPair q: covariances between an example of a batch and an inducing one
 * @param inducingExamples m
 * @param copiedBytes c: copies of the weights from before a {@linkplain TrustRegion#isLarge large} batch, which has two turns
 */
public record MemoryEstimate(
        long fixedBytes, long bytesPerExample, long bytesPerPair, int inducingExamples, long copiedBytes) {

    /** K of a layer with weights, and a matrix that it is made of. */
    private static final int PAIRS_OF_A_LAYER = 2;
    /**
     * Those of the layer with labels, beside its own: a solve, and of classes that of the teacher, too; with inducing examples each has a
     * factor in double precision.
     */
    private static final int PAIRS_OF_LABELS = 7;

    /**
     * Estimates from a report, with the default number of inducing examples.
     *
     * @param report what {@code getMemoryReport(inputType)} of an EP configuration answers
     * @param dataType the network's data type
     * @return the estimate
     */
    public static MemoryEstimate of(NetworkMemoryReport report, DataType dataType) {
        return of(report, dataType, TrainingSchedule.DEFAULT_INDUCING_EXAMPLES);
    }

    /**
     * Estimates from a report.
     *
     * @param report what {@code getMemoryReport(inputType)} of an EP configuration answers
     * @param dataType the network's data type
     * @param inducingExamples with how many examples of a batch covariances are kept
     * @return the estimate
     */
    public static MemoryEstimate of(NetworkMemoryReport report, DataType dataType, int inducingExamples) {
        List<MemoryReport> weighted = report.getLayerAndVertexReports().values().stream()
                .filter(layer -> bytes(layer, MemoryType.PARAMETERS, dataType) > 0)
                .toList();
        boolean takenBack = weighted.stream()
                .anyMatch(layer -> layer.getReportClass() == EpRecurrentLayer.class
                        || layer.getReportClass() == EpBidirectionalLayer.class);
        long parameters = bytes(report, MemoryType.PARAMETERS, dataType);
        return new MemoryEstimate(
                // Where there are states, weights are copied before each step.
                (takenBack ? 2 : 1) * parameters
                        + bytes(report, MemoryType.WORKING_MEMORY_FIXED, dataType)
                        + (weighted.stream().anyMatch(MemoryEstimate::hasPatches)
                                ? WindowedFactor.WORKING_ELEMENTS * dataType.width()
                                : 0),
                bytes(report, MemoryType.WORKING_MEMORY_VARIABLE, dataType),
                (PAIRS_OF_A_LAYER * (long) weighted.size() + PAIRS_OF_LABELS) * dataType.width(),
                inducingExamples,
                takenBack ? 0 : parameters);
    }

    /** Convolutions use the same memory in turn; a layer that holds one of the type {@link EpWeightedLayer} is separable. */
    private static boolean hasPatches(MemoryReport layer) {
        return layer.getReportClass() == EpConvolutionLayer.class
                || (layer.getReportClass() == EpWeightedLayer.class
                        && layer instanceof LayerMemoryReport held
                        && held.getInputType().getType() != InputType.Type.FF);
    }

    private static long bytes(NetworkMemoryReport report, MemoryType part, DataType dataType) {
        return report.getLayerAndVertexReports().values().stream()
                .mapToLong(layer -> bytes(layer, part, dataType))
                .sum();
    }

    private static long bytes(MemoryReport layer, MemoryType part, DataType dataType) {
        return layer.getMemoryBytes(part, 1, MemoryUseMode.TRAINING, CacheMode.NONE, dataType);
    }

    /**
     * The memory outside of Java's heap that the program was started with.
     *
     * @return bytes that JavaCPP allows, which owns ND4J's memory; {@link Long#MAX_VALUE} if there is no limit
     */
    public static long allowedBytes() {
        // Limits of 0 mean none.
        long bytes = Pointer.maxBytes() > 0 ? Pointer.maxBytes() : Long.MAX_VALUE;
        long physical = Pointer.maxPhysicalBytes() > 0 ? Pointer.maxPhysicalBytes() : Long.MAX_VALUE;
        return Math.min(bytes, physical);
    }

    /**
     * The least memory that covariances take, whatever the layers are.
     *
     * @param layers number of layers with weights
     * @param dataType the network's data type
     * @return bytes for one example and one inducing example
     */
    static double leastBytesOfAPair(long layers, DataType dataType) {
        return (PAIRS_OF_A_LAYER * (double) layers + 1) * dataType.width();
    }

    /**
     * The estimate for a batch.
     *
     * @param examples B, at least 0
     * @return bytes
     */
    public long bytes(long examples) {
        return fixedBytes
                + (TrustRegion.isLarge(examples) ? copiedBytes : 0)
                + examples * (bytesPerExample + Math.min(examples, inducingExamples) * bytesPerPair);
    }

    /**
     * The largest batch that fits.
     *
     * @param available bytes, for example {@link #allowedBytes()}
     * @return B; 0 if not even one example fits
     */
    public long largestBatch(long available) {
        long large = largest(available - copiedBytes);
        // With copies a batch may be too large that fits without them.
        long small = TrustRegion.FEW_EXAMPLES;
        return large > small ? large : Math.min(small, largest(available));
    }

    private long largest(long available) {
        double free = Math.max(0, available - fixedBytes);
        double v = Math.max(1, bytesPerExample);
        // The positive root of q B^2 + v B = free, in a form that has no cancellation and allows q = 0.
        double ofPairs = 2 * free / (v + Math.sqrt(v * v + 4 * bytesPerPair * free));
        return (long) (ofPairs <= inducingExamples ? ofPairs : free / (v + (double) inducingExamples * bytesPerPair));
    }
}
