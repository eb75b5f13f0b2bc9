package io.github.dl4jep.type;

import io.github.dl4jep.conf.EpObjectLayer;
import io.github.dl4jep.likelihood.CategoricalLikelihood;
import io.github.dl4jep.likelihood.GaussianLikelihood;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.loss.Likelihoods;
import io.github.dl4jep.message.ExampleFormat;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** Boxes around objects. */
final class ObjectType extends LayerType<Yolo2OutputLayer> {

    ObjectType() {
        super(Yolo2OutputLayer.class);
    }

    @Override
    public Layer convert(Yolo2OutputLayer layer, ConversionPlace place) {
        if (place.likelihood() != null) {
            throw new UnsupportedOperationException("the likelihood " + place.likelihood()
                    + " knows no boxes; leave EpOptions.likelihood(...) to its default");
        }
        requireLosses(layer);
        return new EpObjectLayer(layer, place.outputsBefore(), place.schedule(), place.passCounter());
    }

    private static void requireLosses(Yolo2OutputLayer layer) {
        ILossFunction position = layer.getLossPositionScale();
        Likelihood ofPosition = Likelihoods.of(position, new ActivationIdentity());
        if (!(ofPosition instanceof GaussianLikelihood) || Likelihoods.outputWeights(position) != null) {
            throw new UnsupportedOperationException("its loss of positions and sizes is " + position
                    + "; allowed is the squared error (LossL2, LossMSE), without weights");
        }
        ILossFunction classes = layer.getLossClassPredictions();
        Likelihood ofClasses = Likelihoods.of(classes, new ActivationSoftmax());
        if (!(ofClasses instanceof CategoricalLikelihood) || Likelihoods.outputWeights(classes) != null) {
            throw new UnsupportedOperationException("its loss of classes is " + classes
                    + "; allowed are the squared error (LossL2, LossMSE) and the cross-entropy (LossMCXENT,"
                    + " LossNegativeLogLikelihood) of a softmax, without weights");
        }
    }

    @Override
    public ExampleFormat format(Yolo2OutputLayer layer) {
        return DataFormats.of(layer.getFormat());
    }

    @Override
    public int labelDimensions() {
        return 2;
    }
}
