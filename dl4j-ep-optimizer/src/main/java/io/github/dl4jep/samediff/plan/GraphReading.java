package io.github.dl4jep.samediff.plan;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A SameDiff graph read as a DL4J definition.
 *
 * @param configuration the definition
 * @param features placeholders in the order of the definition's inputs
 * @param outputs the losses in the order of the definition's outputs
 * @param bindings which variables hold which parameters, by layer
 */
public record GraphReading(
        ComputationGraphConfiguration configuration,
        List<FeatureInput> features,
        List<LabelledOutput> outputs,
        Map<String, List<WeightBinding>> bindings) {

    /**
     * A placeholder of features.
     *
     * @param placeholder its name
     * @param index its place in the data set
     * @param layout where images of the placeholder have their channels
     * @param taken where the definition takes them
     */
    public record FeatureInput(String placeholder, int index, ImageLayout layout, ImageLayout taken) {

        /** The array as the definition takes it. */
        public INDArray arranged(INDArray array) {
            if (array.rank() != 4 || layout == taken) {
                return array;
            }
            return array.permute(
                    taken == ImageLayout.CHANNELS_FIRST ? ImageLayout.toChannelsFirst() : ImageLayout.toChannelsLast());
        }
    }

    public List<WeightBinding> bindings(String layer) {
        return bindings.getOrDefault(layer, List.of());
    }
}
