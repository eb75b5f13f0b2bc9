package io.github.dl4jep.stock;

import io.github.dl4jep.conf.EpFrozenLayer;
import io.github.dl4jep.conf.EpLossLayer;
import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.runtime.FrozenRuntime;
import io.github.dl4jep.runtime.WrapperRuntime;
import io.github.dl4jep.type.LayerTypes;
import io.github.dl4jep.type.recurrent.WrapperType;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The stock DL4J layer of each EP layer: the original type, and one value of its posterior for each weight. */
final class StockLayers {

    private StockLayers() {}

    /** The stock layer's configuration, for an initialised EP layer. */
    static Layer stock(org.deeplearning4j.nn.api.Layer runtime) {
        if (runtime instanceof WrapperRuntime wrapped) {
            Layer wrapper = WrapperType.stockAround(wrapped.wrapper(), stock(wrapped.getUnderlying()));
            wrapper.setLayerName(wrapped.wrapper().getLayerName());
            return wrapper;
        }
        if (!(runtime instanceof FrozenRuntime frozen)) {
            return LayerTypes.stock(runtime);
        }
        EpFrozenLayer layer = frozen.frozenConf();
        Layer stock = stock(frozen.getUnderlying());
        Layer wrapper = layer.isWithBackprop() ? new FrozenLayerWithBackprop(stock) : new FrozenLayer(stock);
        wrapper.setLayerName(layer.getLayerName());
        return wrapper;
    }

    /** Puts the chosen value of every weight of an EP layer into the stock layer. */
    static void setWeights(
            org.deeplearning4j.nn.api.Layer from, org.deeplearning4j.nn.api.Layer to, StockChoice choice) {
        Likelihood.PointScale scale =
                from.conf().getLayer() instanceof EpOutputConf output ? output.pointScale(from.paramTable()) : null;
        setWeights(from, to, choice.valuesOf(from), scale);
    }

    /** The same for the layer before a loss layer that cannot scale. */
    static void setScaledWeights(
            org.deeplearning4j.nn.api.Layer from,
            org.deeplearning4j.nn.api.Layer to,
            StockChoice choice,
            org.deeplearning4j.nn.api.Layer output) {
        Likelihood.PointScale scale = ((EpOutputConf) output.conf().getLayer()).pointScale(output.paramTable());
        Map<String, INDArray> values = choice.valuesOf(from);
        boolean linear = from.conf().getLayer() instanceof FeedForwardLayer layer
                && layer.getActivationFn() instanceof ActivationIdentity
                && values.containsKey(PosteriorParamInitializer.WEIGHT_PREFIX);
        boolean hasPlace = to.paramTable().containsKey(DefaultParamInitializer.BIAS_KEY)
                || !scale.offset().neq(0).any();
        if (!linear || !hasPlace) {
            throw new DL4JInvalidConfigException("Layer " + output.getIndex() + " is a loss layer, whose likelihood"
                    + " scales its input, but layer " + from.getIndex() + " before it is a "
                    + from.conf().getLayer().getClass().getSimpleName()
                    + ", into whose weights the scale cannot go; use a layer with weights, bias and the activation"
                    + " identity there");
        }
        setWeights(from, to, values, scale);
    }

    private static void setWeights(
            org.deeplearning4j.nn.api.Layer from,
            org.deeplearning4j.nn.api.Layer to,
            Map<String, INDArray> values,
            Likelihood.@Nullable PointScale scale) {
        if (to.numParams() == 0) {
            return;
        }
        if (from.conf().getLayer() instanceof EpLossLayer loss) {
            DataType type = to.getParam(DefaultParamInitializer.WEIGHT_KEY).dataType();
            values.put(
                    PosteriorParamInitializer.WEIGHT_PREFIX,
                    Nd4j.eye(loss.getNOut()).castTo(type));
        }
        if (scale != null) {
            StockChoice.scale(values, scale);
        }
        LayerTypes.setStock(to, values);
    }
}
