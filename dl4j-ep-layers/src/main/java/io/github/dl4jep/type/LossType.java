package io.github.dl4jep.type;

import io.github.dl4jep.conf.EpLossLayer;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.message.ExampleFormat;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A layer type with labels and no weights.
 *
 * @param <L> the layer type
 */
public final class LossType<L extends FeedForwardLayer> extends LabelledType<L> {

    private final Function<L, ILossFunction> loss;

    LossType(
            Class<L> type,
            int dimensions,
            Function<L, ILossFunction> loss,
            Function<L, @Nullable ExampleFormat> format) {
        super(type, dimensions, format);
        this.loss = loss;
    }

    @Override
    public Layer convert(L layer, ConversionPlace place) {
        FeedForwardLayer with = layer instanceof LossLayer plain ? place.withActivationBefore(plain) : layer;
        long outputs = layer.getNOut() > 0 ? layer.getNOut() : place.outputsBefore();
        requireLikelihood(loss.apply(layer), with.getActivationFn(), outputs, place);
        EpLossLayer converted = new EpLossLayer(
                with, loss.apply(layer), outputs, place.likelihood(), place.schedule(), place.passCounter());
        converted.setTaught(place.readsReadout());
        if (!converted.isTaught()) {
            withoutTeacher(
                    loss.apply(layer),
                    with.getActivationFn(),
                    place,
                    "a loss layer has no weights, and directly before it is no dense layer or convolution with normal weights, without"
                            + " an activation, that nothing else reads");
        }
        return converted;
    }

    /**
     * The loss of a layer with labels and no weights.
     *
     * @param layer a DL4J layer
     * @return its loss, or null for another layer
     */
    @SuppressWarnings("unchecked") // a type is about its own class
    public static @Nullable ILossFunction lossOf(Layer layer) {
        return layer instanceof FeedForwardLayer labels && LayerTypes.find(labels) instanceof LossType<?> type
                ? ((LossType<FeedForwardLayer>) type).loss.apply(labels)
                : null;
    }

    /**
     * Whether a layer's scale must go into the weights of the layer before it in a stock network: a loss layer cannot scale. In rows
     * and sequences a layer with diagonal weights can, which takes its place.
     *
     * @param runtime an initialised EP layer
     * @return true for labels at the positions of images, where the likelihood scales
     */
    public static boolean leavesScaleToTheLayerBefore(org.deeplearning4j.nn.api.Layer runtime) {
        return runtime.conf().getLayer() instanceof EpLossLayer loss
                && loss.getOriginal() != null
                && !(loss.getOriginal() instanceof RnnLossLayer)
                && scales(loss.pointScale(runtime.paramTable()));
    }

    /** The EP layer. */
    static final class Converted extends ConvertedType<EpLossLayer> {

        Converted() {
            super(EpLossLayer.class);
        }

        @Override
        public @Nullable ExampleFormat format(EpLossLayer layer) {
            return layer.getOriginal() == null ? null : LayerTypes.format(layer.getOriginal());
        }

        @Override
        public Layer stock(EpLossLayer layer, org.deeplearning4j.nn.api.Layer runtime) {
            Likelihood.PointScale scale = layer.pointScale(runtime.paramTable());
            FeedForwardLayer original = layer.getOriginal();
            if (LabelledType.scales(scale) && original == null) {
                return LabelledType.stockOutput(layer, LabelledType.hasOffset(scale));
            }
            if (LabelledType.scales(scale) && original instanceof RnnLossLayer sequences) {
                return LabelledType.stockOutputAtPositions(layer, sequences.getRnnDataFormat());
            }
            FeedForwardLayer stock = original == null ? lossLayer(layer) : (FeedForwardLayer) original.clone();
            stock.setIUpdater(new NoOp());
            return stock;
        }

        private static LossLayer lossLayer(EpLossLayer layer) {
            LossLayer stock = new LossLayer.Builder(layer.getLossFn())
                    .activation(layer.getActivationFn())
                    .build();
            stock.setLayerName(layer.getLayerName());
            return stock;
        }
    }
}
