package io.github.dl4jep.samediff;

import static io.github.dl4jep.samediff.ToySameDiff.INPUT;
import static io.github.dl4jep.samediff.ToySameDiff.LABEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyData;
import java.util.Map;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.listeners.records.History;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** The oracle is the DL4J network of the same layers, seed and batches. */
class TwinTest {

    private static final long SEED = 7;

    private static MultiLayerConfiguration twin(
            int hidden, int outputs, LossFunctions.LossFunction loss, Activation unit) {
        return new NeuralNetConfiguration.Builder()
                .seed(SEED)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(3)
                        .nOut(hidden)
                        .activation(Activation.RELU)
                        .build())
                .layer(new OutputLayer.Builder(loss)
                        .nIn(hidden)
                        .nOut(outputs)
                        .activation(unit)
                        .build())
                .build();
    }

    @Test
    void classifierLearnsWhatItsTwinLearns() {
        DataSet data = ToyData.threeClasses(200, 1);
        SameDiff sd = ToySameDiff.classifier();
        EpSameDiff ep = EpSameDiff.of(sd, EpOptions.defaults(), SEED);
        History history = ep.fit(ToyData.batches(data, 32), 2);
        EpMultiLayerNetwork twin = EpNetworks.from(twin(8, 3, LossFunctions.LossFunction.MCXENT, Activation.SOFTMAX));
        twin.fit(ToyData.batches(data, 32), 2);
        MultiLayerNetwork point = twin.toPointNetwork();
        assertClose(sd, "w0", point.getParam("0_W"));
        assertClose(sd, "b0", point.getParam("0_b"));
        assertClose(sd, "w1", point.getParam("1_W"));
        assertClose(sd, "b1", point.getParam("1_b"));
        INDArray precision = sd.getVariable("ep/w0/precision").getArr();
        assertThat(precision.equalsWithEps(twin.getLayer(0).getParam("WPrecision"), 1e-3))
                .isTrue();
        assertThat(history.lossCurve().meanLoss("loss")).hasSize(2);
        assertThat(ep.predict(data.getFeatures())
                        .mean()
                        .equalsWithEps(
                                twin.predictor().predict(data.getFeatures()).mean(), 1e-5))
                .isTrue();
        INDArray output = sd.outputSingle(Map.of(INPUT, data.getFeatures()), "softmax");
        assertThat(output.equalsWithEps(point.output(data.getFeatures()), 1e-4)).isTrue();
        Evaluation evaluation = new Evaluation();
        evaluation.eval(data.getLabels(), output);
        assertThat(evaluation.accuracy()).isGreaterThan(0.9);
    }

    @Test
    void regressionIsInTheUnitsOfTheTargets() {
        DataSet data = ToyData.line(200, 1, 50, 10);
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder(INPUT, DataType.FLOAT, -1, 3);
        SDVariable label = sd.placeHolder(LABEL, DataType.FLOAT, -1, 1);
        SDVariable hidden = sd.nn.reluLayer(
                input, sd.var("w0", Nd4j.rand(DataType.FLOAT, 3, 8)), sd.var("b0", Nd4j.rand(DataType.FLOAT, 8)));
        SDVariable weight = sd.var("w1", Nd4j.rand(DataType.FLOAT, 1, 8));
        SDVariable prediction = sd.mmul(hidden, weight, false, true, false)
                .add("prediction", sd.var("b1", Nd4j.rand(DataType.FLOAT, 1, 1)));
        sd.loss.meanSquaredError("loss", label, prediction, null);
        ToySameDiff.configured(sd);
        EpSameDiff.of(sd, EpOptions.defaults(), SEED).fit(ToyData.batches(data, 32), 3);
        EpMultiLayerNetwork twin = EpNetworks.from(twin(8, 1, LossFunctions.LossFunction.MSE, Activation.IDENTITY));
        twin.fit(ToyData.batches(data, 32), 3);
        MultiLayerNetwork point = twin.toPointNetwork();
        assertClose(sd, "w1", point.getParam("1_W").transpose());
        INDArray output = sd.outputSingle(Map.of(INPUT, data.getFeatures()), "prediction");
        assertThat(output.equalsWithEps(point.output(data.getFeatures()), 1e-3)).isTrue();
        double error = output.sub(data.getLabels()).norm2Number().doubleValue() / Math.sqrt(200);
        assertThat(error).isCloseTo(1, within(1.5));
    }

    private static void assertClose(SameDiff sd, String variable, INDArray expected) {
        INDArray actual = sd.getVariable(variable).getArr();
        double scale = 1 + expected.amaxNumber().doubleValue();
        assertThat(actual.equalsWithEps(expected.reshape(actual.shape()), 1e-5 * scale))
                .as(variable + ": " + actual + " and " + expected)
                .isTrue();
    }
}
