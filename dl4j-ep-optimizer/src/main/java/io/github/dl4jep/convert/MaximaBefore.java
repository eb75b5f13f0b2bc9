package io.github.dl4jep.convert;

import io.github.dl4jep.conf.EpConf;
import io.github.dl4jep.type.LayerTypes;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * What maxima before a layer do to the scale of its input. Own; docs/algorithm.md, section 1: behind max pooling with windows of 2 x 2
 * the mean square is 1.7 to 1.85 times that before, behind average pooling .9 times, so that weights behind maxima have half the
 * variance of others.
 */
final class MaximaBefore {

    private static final double GAIN = 0.5;

    /** Of a readout after the largest element of all positions: hundreds of such features tell some hundred examples apart as they are. */
    private static final double READOUT_GAIN = 0.01;

    private MaximaBefore() {}

    /**
     * The factor of the variance of the prior that a softmax's own weights have.
     *
     * @param node the output layer
     * @return .01 if all of its input are maxima over all positions, else 1
     */
    static double readoutGain(LayerNode node) {
        return readsMaximaOfAllPositions(node) ? READOUT_GAIN : 1;
    }

    private static boolean readsMaximaOfAllPositions(LayerNode node) {
        return !node.inputs().isEmpty()
                && node.inputs().stream().allMatch(before -> {
                    Layer layer = before.layer();
                    if (layer == null) {
                        return before.vertex() instanceof MergeVertex && readsMaximaOfAllPositions(before);
                    }
                    boolean all = EpConf.definition(EpConf.unfrozen(layer)) instanceof GlobalPoolingLayer;
                    return LayerTypes.isMaximum(layer)
                            ? all
                            : LayerTypes.keepsScale(layer) && readsMaximaOfAllPositions(before);
                });
    }

    /**
     * The factor of the gain of a layer's weights.
     *
     * @param node the layer
     * @return .5 if its input are maxima, else 1
     */
    static double gain(LayerNode node) {
        return readsMaxima(node) ? GAIN : 1;
    }

    /** Whether a maximum is the last before this node that changes the scale; unknown, so false, where branches meet. */
    private static boolean readsMaxima(LayerNode node) {
        List<LayerNode> inputs = node.inputs();
        if (inputs.size() != 1) {
            return false;
        }
        LayerNode before = inputs.get(0);
        Layer layer = before.layer();
        return layer != null && (LayerTypes.isMaximum(layer) || (LayerTypes.keepsScale(layer) && readsMaxima(before)));
    }
}
