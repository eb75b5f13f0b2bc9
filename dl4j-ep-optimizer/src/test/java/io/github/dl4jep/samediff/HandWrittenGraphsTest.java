package io.github.dl4jep.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.samediff.reader.GraphReader;
import io.github.dl4jep.toy.ToyData;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** Graphs as examples of SameDiff write them by hand. */
class HandWrittenGraphsTest {

    /** y = w x + b with scalars, and the mean of squared differences. */
    private static SameDiff line(UnaryOperator<SDVariable> squared) {
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder(ToySameDiff.INPUT, DataType.FLOAT, -1, 1);
        SDVariable label = sd.placeHolder(ToySameDiff.LABEL, DataType.FLOAT, -1, 1);
        SDVariable w = sd.var("w", Nd4j.scalar(DataType.FLOAT, 0.1));
        SDVariable b = sd.var("b", Nd4j.scalar(DataType.FLOAT, 0.2));
        SDVariable prediction = input.mul(w).add("prediction", b);
        squared.apply(label.sub(prediction)).mean("loss");
        sd.setLossVariables("loss");
        return ToySameDiff.configured(sd);
    }

    private static DataSet onLine() {
        INDArray x = Nd4j.linspace(DataType.FLOAT, -2, 4.0 / 199, 200).reshape(200, 1);
        return new DataSet(x, x.mul(1.5).addi(0.7));
    }

    @Test
    void aLineOfScalarsWithAnErrorByHand() {
        for (UnaryOperator<SDVariable> squared : List.<UnaryOperator<SDVariable>>of(
                difference -> difference.mul(difference),
                difference -> difference.getSameDiff().math.square(difference).mul(0.5))) {
            SameDiff sd = line(squared);
            DataSet data = onLine();

            EpSameDiff.train(sd, ToyData.batches(data, 20), 20);

            assertThat(sd.getVariable("w").getArr().getDouble(0)).isCloseTo(1.5, within(0.02));
            assertThat(sd.getVariable("b").getArr().getDouble(0)).isCloseTo(0.7, within(0.02));
            INDArray output = sd.outputSingle(Map.of(ToySameDiff.INPUT, data.getFeatures()), "prediction");
            assertThat(ToyData.relativeError(output, data.getLabels())).isLessThan(0.02);
        }
    }

    @Test
    void anErrorByHandAfterASoftmaxIsReadAsSuch() {
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder(ToySameDiff.INPUT, DataType.FLOAT, -1, 3);
        SDVariable label = sd.placeHolder(ToySameDiff.LABEL, DataType.FLOAT, -1, 3);
        SDVariable softmax = sd.nn.softmax("softmax", ToySameDiff.linear(sd, input, 0, 3, 3), 1);
        sd.math.square(softmax.sub(label)).mean("loss");
        sd.setLossVariables("loss");

        OutputLayer output = (OutputLayer) ((LayerVertex) GraphReader.read(ToySameDiff.configured(sd), 1)
                        .configuration()
                        .getVertices()
                        .get("w0"))
                .getLayerConf()
                .getLayer();

        assertThat(output.getLossFn()).isInstanceOf(LossMSE.class);
        assertThat(output.getActivationFn()).isInstanceOf(ActivationSoftmax.class);
        assertThat(output.hasBias()).isTrue();
    }

    /** 3-8-3 whose first bias has a shape of its own. */
    private static SameDiff withBias(INDArray bias) {
        return ToySameDiff.classifier(
                sd -> {
                    SDVariable w = sd.var("w0", Nd4j.rand(DataType.FLOAT, 3, 8));
                    SDVariable b = sd.var("b0", bias);
                    return sd.nn.relu(sd.getVariable(ToySameDiff.INPUT).mmul(w).add(b), 0);
                },
                8);
    }

    @Test
    void aBiasMayBeARow() {
        DataSet data = ToyData.threeClasses(300, 1);
        SameDiff row = withBias(Nd4j.zeros(DataType.FLOAT, 1, 8));
        SameDiff vector = withBias(Nd4j.zeros(DataType.FLOAT, 8));

        EpSameDiff.of(row, EpOptions.defaults(), 3).fit(ToyData.batches(data, 30), 2);
        EpSameDiff.of(vector, EpOptions.defaults(), 3).fit(ToyData.batches(data, 30), 2);

        assertThat(row.getVariable("b0").getArr().shape()).containsExactly(1, 8);
        assertThat(row.getVariable("b0").getArr().reshape(8))
                .isEqualTo(vector.getVariable("b0").getArr());
    }

    @Test
    void aScalarBiasOfManyUnitsIsRefused() {
        assertThatThrownBy(() -> EpSameDiff.of(withBias(Nd4j.scalar(DataType.FLOAT, 0))))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining(
                        "the bias \"b0\" of shape [] is one number for all of 8 units, but EP has a bias for each;"
                                + " give it the shape [8]");
    }

    @Test
    void constantsAreWeightsByAnOption() {
        DataSet data = ToyData.threeClasses(300, 1);
        SameDiff variables = ToySameDiff.classifier();
        SameDiff constants = ToySameDiff.classifier();
        constants.convertToConstants(List.of(constants.getVariable("w0"), constants.getVariable("b0")));
        assertThatThrownBy(() -> EpSameDiff.of(constants)).hasMessageContaining("EpSameDiff.constantsToVariables(sd)");

        assertThat(EpSameDiff.constantsToVariables(constants)).containsExactly("w0", "b0");
        assertThat(EpSameDiff.constantsToVariables(constants)).isEmpty();

        EpSameDiff.of(variables, EpOptions.defaults(), 3).fit(ToyData.batches(data, 30), 2);
        EpSameDiff.of(constants, EpOptions.defaults(), 3).fit(ToyData.batches(data, 30), 2);
        assertThat(constants.getVariable("w0").getArr())
                .isEqualTo(variables.getVariable("w0").getArr());
    }

    @Test
    void aGraphStartsFromItsArrays() {
        SameDiff sd = ToySameDiff.classifier();
        DataSet data = ToyData.threeClasses(300, 1);
        INDArray expected = sd.outputSingle(Map.of(ToySameDiff.INPUT, data.getFeatures()), "softmax");

        EpSameDiff sure =
                EpSameDiff.of(sd, EpOptions.builder().startFromWeights(1e-9).build());

        INDArray actual = sure.predict(data.getFeatures()).probabilities();
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isCloseTo(0, within(1e-4));
    }
}
