package io.github.dl4jep.convert;

import io.github.dl4jep.type.LayerTypes;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * What maxima before a layer do to the scale of its input. Own; docs/algorithm.md, section 1: behind max pooling with windows of 2 x 2
 * the mean square is 1.7 to 1.85 times that before, behind average pooling .9 times, so that weights behind maxima have half the
 * variance of others.
 */
final class MaximaBefore {

    private static final double GAIN = 0.5;

    private MaximaBefore() {}

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
