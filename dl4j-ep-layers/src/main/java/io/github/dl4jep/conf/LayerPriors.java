package io.github.dl4jep.conf;

import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.weight.PriorScale;
import io.github.dl4jep.weight.WeightPrior;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.jspecify.annotations.Nullable;

/** What the EP layers with weights have in common: the parameter layout and the memory report. */
final class LayerPriors {

    /** M, S, Q and the two site arrays of a batch, each as large as the weights. */
    private static final int WORKING_COPIES = 5;

    private LayerPriors() {}

    /** Arrays shaped as the input that a teacher adds: scaled variance and its squares, messages of both, and each times its factor. */
    private static final long OF_TEACHER = 14;

    /** What a teacher's messages take of an example. */
    static long ofTeacher(boolean isThere, InputType inputType) {
        return isThere ? OF_TEACHER * inputType.arrayElementsPerExample() : 0;
    }

    /** Of a dense layer, or an output layer with a likelihood. */
    static PosteriorParamInitializer initializer(
            FeedForwardLayer layer,
            WeightPrior prior,
            double gain,
            boolean hasBias,
            @Nullable Likelihood likelihood,
            @Nullable WeightPrior readoutPrior) {
        PriorScale scale = new PriorScale(Math.max(1, layer.getNIn()), gain);
        return new PosteriorParamInitializer(
                prior,
                scale,
                1,
                layer.getNIn(),
                layer.getNOut(),
                hasBias ? layer.getNOut() : 0,
                likelihood,
                readoutPrior);
    }

    /** Of weights [rows, nOut] whose units see one group of the input, fanIn of its elements at a time. */
    static PosteriorParamInitializer initializer(
            FeedForwardLayer layer,
            int groups,
            long rows,
            long fanIn,
            WeightPrior prior,
            double gain,
            boolean hasBias,
            @Nullable WeightPrior readoutPrior) {
        PriorScale scale = new PriorScale(Math.max(1, fanIn), gain);
        return new PosteriorParamInitializer(
                prior, scale, groups, rows, layer.getNOut(), hasBias ? layer.getNOut() : 0, null, readoutPrior);
    }

    static LayerMemoryReport memoryReport(FeedForwardLayer layer, InputType inputType, InputType outputType) {
        return memoryReport(layer, inputType, outputType, layer.getNIn(), 0);
    }

    static LayerMemoryReport memoryReport(
            FeedForwardLayer layer, InputType inputType, InputType outputType, long fanIn, long seenPerExample) {
        long parameters = layer.initializer().numParams(layer);
        long weights = fanIn * layer.getNOut();
        // Per example: mean, variance and gain of the activation, mean and variance of the pre-activation, two
        // messages, and what the products leave behind until the batch is over.
        long perExample =
                10 * outputType.arrayElementsPerExample() + 3 * inputType.arrayElementsPerExample() + seenPerExample;
        long perBatch = WORKING_COPIES * weights;
        return new LayerMemoryReport.Builder(layer.getLayerName(), layer.getClass(), inputType, outputType)
                .standardMemory(parameters, 0)
                .workingMemory(perBatch, perExample, perBatch, perExample)
                .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
                .build();
    }
}
