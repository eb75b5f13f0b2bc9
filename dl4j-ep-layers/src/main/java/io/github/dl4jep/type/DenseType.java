package io.github.dl4jep.type;

import io.github.dl4jep.conf.EpDenseLayer;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.WeightPrior;
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/** A dense layer; with the activation of the loss after it, it is the output layer, in two parts. */
final class DenseType extends LayerType<DenseLayer> {

    DenseType() {
        super(DenseLayer.class);
    }

    @Override
    public Layer convert(DenseLayer layer, ConversionPlace place) {
        if (layer.hasLayerNorm()) {
            throw new UnsupportedOperationException("layer normalization has no moments here; set hasLayerNorm(false)");
        }
        place.refuseMissingOutput(layer);
        place.dropGradientSettings(layer);
        boolean isOutput = place.belongsToLoss();
        if (isOutput) {
            place.refuseReplacedActivation();
        }
        IActivation activation = isOutput ? new ActivationIdentity() : place.activation(layer.getActivationFn());
        GaussianPrior readout = place.readoutPrior();
        WeightPrior prior = isOutput || readout != null ? place.outputPrior() : place.hiddenPrior();
        EpDenseLayer converted = converted(layer, layer.hasBias(), prior, activation, place);
        converted.setReadoutPrior(readout);
        return converted;
    }

    @Override
    public boolean canBeReadout(DenseLayer layer, int labelDimensions) {
        return labelDimensions == 0;
    }

    /** A dense layer with posteriors in place of one that is a product with weights and a unit. */
    static EpDenseLayer converted(
            FeedForwardLayer layer, boolean bias, WeightPrior prior, IActivation activation, ConversionPlace place) {
        EpDenseLayer converted = new EpDenseLayer.Builder()
                .hasBias(bias)
                .weightPrior(prior)
                .priorGain(place.gain(activation))
                .activation(activation)
                .build();
        ConvertedType.copyShape(layer, converted);
        return converted;
    }

    @Override
    public ExampleFormat format(DenseLayer layer) {
        return ExampleFormat.CHANNELS_FIRST;
    }

    @Override
    public int linearMaps() {
        return 1;
    }

    /**
     * The encoder of an autoencoder: in a network with labels it is a dense layer. What its own pretraining has beside it, corruption,
     * sparsity and the bias of the reconstruction, is left out.
     */
    static final class Encoder extends LayerType<AutoEncoder> {

        Encoder() {
            super(AutoEncoder.class);
        }

        @Override
        public Layer convert(AutoEncoder layer, ConversionPlace place) {
            place.dropGradientSettings(layer);
            place.dropped(
                    "pretraining (corruption, sparsity, reconstruction)",
                    "the layer is the dense layer of its encoder; to learn a reconstruction, put the features in as labels");
            return converted(layer, true, place.hiddenPrior(), place.activation(layer.getActivationFn()), place);
        }

        @Override
        public ExampleFormat format(AutoEncoder layer) {
            return ExampleFormat.CHANNELS_FIRST;
        }

        @Override
        public int linearMaps() {
            return 1;
        }
    }

    /** The EP layer. */
    static final class Converted extends ConvertedType<EpDenseLayer> {

        Converted() {
            super(EpDenseLayer.class);
        }

        @Override
        public ExampleFormat format(EpDenseLayer layer) {
            return ExampleFormat.CHANNELS_FIRST;
        }

        @Override
        public int linearMaps() {
            return 1;
        }

        @Override
        public Layer stock(EpDenseLayer layer, org.deeplearning4j.nn.api.Layer runtime) {
            return shaped(
                    new DenseLayer.Builder()
                            .hasBias(layer.isHasBias())
                            .activation(layer.getActivationFn())
                            .build(),
                    layer);
        }
    }
}
