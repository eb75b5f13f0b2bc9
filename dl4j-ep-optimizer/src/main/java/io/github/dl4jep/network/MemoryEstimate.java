package io.github.dl4jep.network;

import io.github.dl4jep.conf.EpConvolutionLayer;
import io.github.dl4jep.linear.WindowedFactor;
import org.deeplearning4j.nn.conf.CacheMode;
import org.deeplearning4j.nn.conf.memory.MemoryType;
import org.deeplearning4j.nn.conf.memory.MemoryUseMode;
import org.deeplearning4j.nn.conf.memory.NetworkMemoryReport;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * How much memory outside of Java's heap an EP network needs, and a batch that it learns from: \( f + B v \) bytes for \( B \)
 * examples. An estimate from the memory report of the configuration: a sweep keeps the arrays of all layers until it commits, so the
 * working memory of all layers adds up, where DL4J's own total takes the largest. The covariances between the examples of a batch
 * (\( B^2 \) numbers a layer) are left out; they count only where layers are narrower than the batch.
 *
 * @param fixedBytes f: parameters, and what a batch makes of them
 * @param bytesPerExample v: moments, messages and patches
 */
public record MemoryEstimate(long fixedBytes, long bytesPerExample) {

    /**
     * Estimates from a report.
     *
     * @param report what {@code getMemoryReport(inputType)} of an EP configuration answers
     * @param dataType the network's data type
     * @return the estimate
     */
    public static MemoryEstimate of(NetworkMemoryReport report, DataType dataType) {
        return new MemoryEstimate(
                bytes(report, MemoryType.PARAMETERS, dataType)
                        + bytes(report, MemoryType.WORKING_MEMORY_FIXED, dataType)
                        + patches(report) * dataType.width(),
                bytes(report, MemoryType.WORKING_MEMORY_VARIABLE, dataType));
    }

    /** Convolutions use the same memory in turn. */
    private static long patches(NetworkMemoryReport report) {
        return report.getLayerAndVertexReports().values().stream()
                        .anyMatch(layer -> layer.getReportClass() == EpConvolutionLayer.class)
                ? WindowedFactor.WORKING_ELEMENTS
                : 0;
    }

    private static long bytes(NetworkMemoryReport report, MemoryType part, DataType dataType) {
        return report.getLayerAndVertexReports().values().stream()
                .mapToLong(layer -> layer.getMemoryBytes(part, 1, MemoryUseMode.TRAINING, CacheMode.NONE, dataType))
                .sum();
    }

    /**
     * The estimate for a batch.
     *
     * @param examples B, at least 0
     * @return bytes
     */
    public long bytes(long examples) {
        return fixedBytes + examples * bytesPerExample;
    }

    /**
     * The largest batch that fits.
     *
     * @param available bytes, for example {@code Pointer.maxBytes()} of JavaCPP
     * @return B; 0 if not even one example fits
     */
    public long largestBatch(long available) {
        return Math.max(0, available - fixedBytes) / Math.max(1, bytesPerExample);
    }
}
