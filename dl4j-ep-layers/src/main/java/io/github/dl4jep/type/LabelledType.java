package io.github.dl4jep.type;

import io.github.dl4jep.activation.SpikingActivation;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.loss.Likelihoods;
import io.github.dl4jep.message.ExampleFormat;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A layer type with labels, one for each example or one at each of its positions.
 *
 * @param <L> the layer type
 */
abstract class LabelledType<L extends FeedForwardLayer> extends LayerType<L> {

    private final int dimensions;
    private final Function<L, @Nullable ExampleFormat> format;

    /** Labels at positions of some dimensions, 0 for one label an example. */
    LabelledType(Class<L> type, int dimensions, Function<L, @Nullable ExampleFormat> format) {
        super(type);
        this.dimensions = dimensions;
        this.format = format;
    }

    @Override
    public final int labelDimensions() {
        return dimensions;
    }

    @Override
    public final @Nullable ExampleFormat format(L layer) {
        return format.apply(layer);
    }

    /** An output's activation belongs to its loss: together they select the likelihood, unless the options name one. */
    static void requireLikelihood(ILossFunction loss, IActivation activation, long outputs, ConversionPlace place) {
        place.refuseReplacedActivation();
        if (activation instanceof SpikingActivation) {
            throw new UnsupportedOperationException(
                    "the spiking unit " + activation + " is in the output layer, but labels"
                            + " are compared with potentials, not with spikes; use softmax, sigmoid or identity there, and spiking"
                            + " units in hidden layers");
        }
        Likelihood chosen = place.likelihood();
        Likelihoods.requireWeights(
                loss, chosen == null ? Likelihoods.of(loss, activation) : chosen, Math.toIntExact(outputs));
    }

    /** Where there can be no teacher: throws if the options name a likelihood with one, says it if the loss would have had one. */
    static void withoutTeacher(ILossFunction loss, IActivation activation, ConversionPlace place, String reason) {
        Likelihood chosen = place.likelihood();
        if (chosen != null && chosen.teacher() != null) {
            throw new UnsupportedOperationException("the likelihood " + chosen
                    + " needs a teacher beside the output weights, but " + reason
                    + "; leave EpOptions.likelihood(...) to its default, or choose one without a teacher, such as"
                    + " CategoricalLikelihood");
        }
        if (chosen == null && Likelihoods.ofWeights(loss, activation).teacher() != null) {
            place.decided("classes are learned as signed targets, without a teacher beside them, because " + reason);
        }
    }

    static boolean hasOffset(Likelihood.PointScale scale) {
        return scale.offset().neq(0).any();
    }

    static boolean scales(Likelihood.PointScale scale) {
        return hasOffset(scale) || !scale.factor().eq(1).all();
    }

    static Layer stockOutput(BaseOutputLayer from, boolean hasBias) {
        return ConvertedType.shaped(
                new OutputLayer.Builder(from.getLossFn())
                        .hasBias(hasBias)
                        .activation(from.getActivationFn())
                        .build(),
                from);
    }

    /** With a bias in any case: DL4J's layer does not work without. */
    static Layer stockOutputAtPositions(BaseOutputLayer from, @Nullable RNNFormat format) {
        return ConvertedType.shaped(
                new RnnOutputLayer.Builder(from.getLossFn())
                        .activation(from.getActivationFn())
                        .dataFormat(format)
                        .build(),
                from);
    }
}
