package io.github.dl4jep.samediff.moment;

import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.likelihood.BinaryLikelihood;
import io.github.dl4jep.likelihood.CategoricalLikelihood;
import io.github.dl4jep.likelihood.ClassLikelihood;
import io.github.dl4jep.likelihood.GaussianLikelihood;
import io.github.dl4jep.likelihood.Likelihood;
import org.deeplearning4j.nn.api.Layer;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The named outputs of a moment graph: what a likelihood's {@code predict} answers. */
final class MomentOutputs {

    static final String MEAN = "mean";
    static final String EPISTEMIC = "epistemicVariance";
    static final String ALEATORIC = "aleatoricVariance";
    static final String PROBABILITIES = "probabilities";

    private static final String NOISE = "noiseVariance";
    private static final String SCALE = "probabilityScale";

    private MomentOutputs() {}

    /** Adds the outputs after the potentials of a layer with labels. */
    static MomentPair add(SameDiff sd, Layer layer, MomentPair potentials, String prefix) {
        Likelihood likelihood = ((EpOutputConf) layer.conf().getLayer()).effectiveLikelihood();
        if (likelihood instanceof GaussianLikelihood) {
            Likelihood.PointScale scale = likelihood.pointScale(layer.paramTable());
            INDArray factor = scale.factor().castTo(DataType.DOUBLE);
            INDArray squared = factor.mul(factor);
            INDArray noise = layer.getParam(NOISE).castTo(DataType.DOUBLE).mul(squared);
            SDVariable mean = potentials
                    .mean()
                    .mul(MomentGraph.constant(sd, factor))
                    .add(MomentGraph.constant(sd, scale.offset()));
            SDVariable variance = potentials.varianceOrZeros().mul(MomentGraph.constant(sd, squared));
            name(prefix, mean, variance, mean.mul(0).add(MomentGraph.constant(sd, noise)));
            return potentials;
        }
        if (likelihood instanceof ClassLikelihood) {
            SDVariable variance = potentials.varianceOrZeros();
            SDVariable scaled = potentials
                    .mean()
                    .div(sd.math.sqrt(variance.mul(Math.PI / 8).add(1)))
                    .mul(ClassLikelihood.scale(layer.paramTable()));
            name(prefix, potentials.mean(), variance, potentials.mean().mul(0));
            sd.nn.softmax(scaled, 1).castTo(prefix + PROBABILITIES, DataType.FLOAT);
            return potentials;
        }
        boolean independent = likelihood instanceof BinaryLikelihood;
        if (!independent && !(likelihood instanceof CategoricalLikelihood)) {
            throw new UnsupportedOperationException(
                    "the likelihood " + likelihood + " has no predictions in SameDiff's ops");
        }
        double noise = layer.getParam(NOISE).getDouble(0);
        double kappa = layer.getParam(SCALE).getDouble(0) * (independent ? 2 : 1);
        SDVariable deviation = sd.math.sqrt(potentials.varianceOrZeros().add(noise));
        SDVariable score = potentials.mean().div(deviation).mul(kappa);
        SDVariable probabilities = independent ? sd.nn.sigmoid(score) : sd.nn.softmax(score, 1);
        name(
                prefix,
                potentials.mean(),
                potentials.varianceOrZeros(),
                potentials.mean().mul(0).add(noise));
        probabilities.castTo(prefix + PROBABILITIES, DataType.FLOAT);
        return potentials;
    }

    private static void name(String prefix, SDVariable mean, SDVariable epistemic, SDVariable aleatoric) {
        mean.castTo(prefix + MEAN, DataType.FLOAT);
        epistemic.castTo(prefix + EPISTEMIC, DataType.FLOAT);
        aleatoric.castTo(prefix + ALEATORIC, DataType.FLOAT);
    }
}
