package io.github.dl4jep.samediff.writeback;

import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.samediff.plan.GraphReading;
import io.github.dl4jep.samediff.plan.WeightBinding;
import io.github.dl4jep.stock.StockChoice;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The posterior means in the VARIABLEs of a SameDiff graph: the point network of {@code toPointNetwork}. The last layer
 * has the scale of its likelihood in it, so that a softmax of the graph is calibrated and a regression is in the targets' units.
 */
public final class PosteriorMeans {

    private PosteriorMeans() {}

    /** Writes the means, in place. */
    public static void write(SameDiff sd, EpComputationGraph network, GraphReading reading) {
        for (Layer layer : network.getLayers()) {
            Map<String, INDArray> values = values(layer);
            for (WeightBinding binding :
                    reading.bindings(layer.conf().getLayer().getLayerName())) {
                INDArray variable = sd.getVariable(binding.variable()).getArr();
                INDArray value = Objects.requireNonNull(values.get(binding.prefix()), binding.variable());
                variable.assign(binding.arrangement().toVariable(value, variable.shape()));
            }
        }
    }

    /** The value of each array in a stock network, by the name of its posterior. */
    private static Map<String, INDArray> values(Layer layer) {
        Map<String, INDArray> values = StockChoice.MODE.valuesOf(layer);
        // An offset always finds a bias, since the losses that have one need it.
        if (layer.conf().getLayer() instanceof EpOutputConf conf && !values.isEmpty()) {
            StockChoice.scale(values, conf.pointScale(layer.paramTable()));
        }
        return values;
    }
}
