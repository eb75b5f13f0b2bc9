package io.github.dl4jep.samediff.moment;

import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.PredictiveForm;
import org.deeplearning4j.nn.api.Layer;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The named outputs of a moment graph: what a likelihood's {@code predict} answers. */
final class MomentOutputs {

    static final String MEAN = "mean";
    static final String EPISTEMIC = "epistemicVariance";
    static final String ALEATORIC = "aleatoricVariance";
    static final String PROBABILITIES = "probabilities";

    private MomentOutputs() {}

    /** Adds the outputs after the potentials of a layer with labels. */
    static MomentPair add(SameDiff sd, Layer layer, MomentPair potentials, String prefix) {
        Likelihood likelihood = ((EpOutputConf) layer.conf().getLayer()).effectiveLikelihood();
        PredictiveForm form = likelihood.predictiveForm(layer.paramTable());
        if (form == null) {
            throw new UnsupportedOperationException(
                    "the likelihood " + likelihood + " has no predictions in SameDiff's ops");
        }
        SDVariable factor = constant(sd, form.factor());
        SDVariable mean = potentials.mean().mul(factor).add(constant(sd, form.offset()));
        SDVariable variance = potentials.varianceOrZeros();
        name(prefix, mean, variance.mul(factor.mul(factor)), mean.mul(0).add(constant(sd, form.noise())));
        PredictiveForm.Scores scores = form.scores();
        if (scores != null) {
            SDVariable seen = scores.independent() ? variance : variance.mean(true, 1);
            SDVariable deviation =
                    sd.math.sqrt(seen.mul(constant(sd, row(scores.share()))).add(scores.added()));
            SDVariable standardised = potentials.mean().div(deviation);
            scores.scales().stream()
                    .map(scale -> {
                        SDVariable score = standardised
                                .mul(constant(sd, row(scale.factor())))
                                .add(constant(sd, row(scale.offset())));
                        return (scores.independent() ? sd.nn.sigmoid(score) : sd.nn.softmax(score, 1))
                                .mul(scale.weight());
                    })
                    .reduce(SDVariable::add)
                    .orElseThrow()
                    .castTo(prefix + PROBABILITIES, DataType.FLOAT);
        }
        return potentials;
    }

    private static INDArray row(double[] values) {
        return Nd4j.createFromArray(new double[][] {values});
    }

    private static SDVariable constant(SameDiff sd, INDArray row) {
        return MomentGraph.constant(sd, row.castTo(DataType.DOUBLE));
    }

    private static void name(String prefix, SDVariable mean, SDVariable epistemic, SDVariable aleatoric) {
        mean.castTo(prefix + MEAN, DataType.FLOAT);
        epistemic.castTo(prefix + EPISTEMIC, DataType.FLOAT);
        aleatoric.castTo(prefix + ALEATORIC, DataType.FLOAT);
    }
}
