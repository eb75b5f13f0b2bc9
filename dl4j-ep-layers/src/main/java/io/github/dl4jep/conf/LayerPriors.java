package io.github.dl4jep.conf;

import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.params.ReadoutWeights;
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

    static PosteriorParamInitializer initializer(
            FeedForwardLayer layer, WeightPrior prior, double gain, boolean hasBias) {
        return initializer(layer, prior, gain, hasBias, null, ReadoutWeights.DEFAULT_PRIOR);
    }

    /** Of an output layer. */
    static PosteriorParamInitializer initializer(
            FeedForwardLayer layer,
            WeightPrior prior,
            double gain,
            boolean hasBias,
            @Nullable Likelihood likelihood,
            WeightPrior readoutPrior) {
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
            boolean hasBias) {
        PriorScale scale = new PriorScale(Math.max(1, fanIn), gain);
        return new PosteriorParamInitializer(
                prior,
                scale,
                groups,
                rows,
                layer.getNOut(),
                hasBias ? layer.getNOut() : 0,
                null,
                ReadoutWeights.DEFAULT_PRIOR);
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
