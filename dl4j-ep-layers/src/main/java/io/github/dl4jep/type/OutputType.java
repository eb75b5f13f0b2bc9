package io.github.dl4jep.type;

import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.message.ExampleFormat;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.jspecify.annotations.Nullable;

/**
 * A layer type with weights and labels.
 *
 * @param <L> the layer type
 */
final class OutputType<L extends BaseOutputLayer> extends LabelledType<L> {

    /** One label an example. */
    OutputType(Class<L> type) {
        this(type, 0, layer -> ExampleFormat.CHANNELS_FIRST);
    }

    OutputType(Class<L> type, int dimensions, Function<L, @Nullable ExampleFormat> format) {
        super(type, dimensions, format);
    }

    @Override
    public Layer convert(L layer, ConversionPlace place) {
        if (layer instanceof CenterLossOutputLayer) {
            place.dropped("the center loss", "only the labels' likelihood is learned from; there are no class centers");
        }
        requireLikelihood(layer.getLossFn(), layer.getActivationFn(), layer.getNOut(), place);
        place.dropGradientSettings(layer);
        EpOutputLayer converted = new EpOutputLayer.Builder(layer.getLossFn())
                .hasBias(layer.hasBias())
                .activation(layer.getActivationFn())
                .weightPrior(place.outputPrior())
                .priorGain(place.inputGain())
                .likelihood(place.likelihood())
                .schedule(place.schedule())
                .passCounter(place.passCounter())
                .build();
        converted.setReadoutPrior(converted.getReadoutPrior().scaled(place.readoutGain()));
        if (labelDimensions() > 0) {
            converted.setOriginal((FeedForwardLayer) layer.clone());
        }
        String reason = converted.whyNoTeacher();
        if (reason != null) {
            withoutTeacher(layer.getLossFn(), layer.getActivationFn(), place, reason);
        }
        ConvertedType.copyShape(layer, converted);
        return converted;
    }

    @Override
    public int linearMaps() {
        return 1;
    }

    /** The EP layer. */
    static final class Converted extends ConvertedType<EpOutputLayer> {

        Converted() {
            super(EpOutputLayer.class);
        }

        @Override
        public @Nullable ExampleFormat format(EpOutputLayer layer) {
            return layer.getOriginal() == null ? ExampleFormat.CHANNELS_FIRST : LayerTypes.format(layer.getOriginal());
        }

        @Override
        public int linearMaps() {
            return 1;
        }

        @Override
        public Layer stock(EpOutputLayer layer, org.deeplearning4j.nn.api.Layer runtime) {
            if (layer.getOriginal() instanceof RnnOutputLayer sequences) {
                return LabelledType.stockOutputAtPositions(layer, sequences.getRnnDataFormat());
            }
            // What the likelihood adds to the potentials needs a place, also where the EP layer has no bias.
            return LabelledType.stockOutput(
                    layer, layer.hasBias() || LabelledType.hasOffset(layer.pointScale(runtime.paramTable())));
        }
    }
}
