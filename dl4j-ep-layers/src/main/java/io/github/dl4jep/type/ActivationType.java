package io.github.dl4jep.type;

import io.github.dl4jep.conf.EpActivationLayer;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/** A unit as a layer. */
final class ActivationType extends LayerType<ActivationLayer> {

    ActivationType() {
        super(ActivationLayer.class);
    }

    @Override
    public Layer convert(ActivationLayer layer, ConversionPlace place) {
        place.refuseMissingOutput(layer);
        if (place.belongsToLoss()) {
            place.refuseReplacedActivation();
            return new EpActivationLayer(layer.getLayerName(), new ActivationIdentity());
        }
        IActivation activation = place.activation(layer.getActivationFn());
        return new EpActivationLayer(layer.getLayerName(), activation);
    }

    @Override
    public boolean keepsScale() {
        return true;
    }

    /** The identity: there is no dropout. */
    static final class Dropout extends LayerType<DropoutLayer> {

        Dropout() {
            super(DropoutLayer.class);
        }

        @Override
        public Layer convert(DropoutLayer layer, ConversionPlace place) {
            place.dropped("dropout", "weight uncertainty regularises instead; the layer becomes the identity");
            return new EpActivationLayer(layer.getLayerName(), new ActivationIdentity());
        }

        @Override
        public boolean keepsScale() {
            return true;
        }
    }

    /** The EP layer. */
    static final class Converted extends ConvertedType<EpActivationLayer> {

        Converted() {
            super(EpActivationLayer.class);
        }

        @Override
        public boolean keepsScale() {
            return true;
        }

        @Override
        public Layer stock(EpActivationLayer layer, org.deeplearning4j.nn.api.Layer runtime) {
            ActivationLayer stock = new ActivationLayer(layer.getActivationFn());
            stock.setLayerName(layer.getLayerName());
            return stock;
        }
    }
}
