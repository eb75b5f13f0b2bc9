package io.github.dl4jep.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.toy.ToyData;
import java.io.File;
import java.nio.file.Path;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Frozen graphs of TensorFlow, imported by SameDiff. */
class ImportedGraphsTest {

    private static final String INPUT = "x";
    private static final EpOptions SURE_WEIGHTS =
            EpOptions.builder().startFromWeights(1e-9).build();

    @TempDir
    private Path folder;

    @BeforeEach
    void seed() {
        Nd4j.getRandom().setSeed(7);
    }

    /** A product with a bias, read through identities, as TensorFlow freezes variables. */
    private static FrozenGraph dense(FrozenGraph graph, String input, int number, int nIn, int nOut, String sum) {
        String weight = "w" + number;
        String bias = "b" + number;
        return graph.constant(weight, Nd4j.randn(DataType.FLOAT, nIn, nOut).mul(0.5))
                .op("Identity", weight + "/read", weight)
                .constant(bias, Nd4j.randn(DataType.FLOAT, nOut).mul(0.5))
                .op("Identity", bias + "/read", bias)
                .product("m" + number, input, weight + "/read", false)
                .op(sum, "a" + number, "m" + number, bias + "/read");
    }

    /** 3-6-3 with a unit and softmax. */
    private static FrozenGraph classifier(String unit, String sum) {
        FrozenGraph graph = dense(new FrozenGraph().placeholder(INPUT, -1, 3), INPUT, 0, 3, 6, sum);
        return dense(graph.op(unit, "h", "a0"), "h", 1, 6, 3, sum).op("Softmax", "softmax", "a1");
    }

    /** What a user adds: variables, labels, loss and mappings. */
    private static SameDiff made(SameDiff sd) {
        EpSameDiff.constantsToVariables(sd);
        SDVariable label = sd.placeHolder("label", DataType.FLOAT, -1, 3);
        sd.loss.logLoss("loss", label, sd.getVariable("softmax"));
        return configured(sd);
    }

    private static SameDiff configured(SameDiff sd) {
        sd.setTrainingConfig(TrainingConfig.builder()
                .updater(new NoOp())
                .dataSetFeatureMapping(INPUT)
                .dataSetLabelMapping("label")
                .build());
        return sd;
    }

    private static INDArray output(SameDiff sd, INDArray features) {
        return sd.outputSingle(Map.of(INPUT, features), "softmax").dup();
    }

    /** Predictions are those of the imported graph, with labels that it does not depend on. */
    private static SameDiff assertSamePredictions(FrozenGraph graph, INDArray features) {
        SameDiff imported = graph.imported();
        INDArray expected = output(imported, features);
        SameDiff sd = made(imported);
        EpSameDiff ep = EpSameDiff.of(sd, SURE_WEIGHTS, 1);
        assertThat(ep.predict(features).probabilities().castTo(DataType.FLOAT).equalsWithEps(expected, 1e-4))
                .isTrue();
        assertThat(ep.pointOutput(features).equalsWithEps(expected, 1e-6)).isTrue();
        return sd;
    }

    private static void assertTrains(SameDiff sd, DataSet data) {
        double before = error(output(sd, data.getFeatures()), data);
        EpSameDiff.of(sd, EpOptions.builder().startFromWeights().build(), 1).fit(ToyData.batches(data, 32), 4);
        assertThat(error(output(sd, data.getFeatures()), data)).isLessThan(before);
    }

    private static double error(INDArray probabilities, DataSet data) {
        return -Transforms.log(probabilities).mul(data.getLabels()).sum().getDouble(0);
    }

    @Test
    void unitsAndSums() {
        DataSet data = ToyData.threeClasses(96, 1);
        for (String unit : new String[] {"Relu", "Tanh", "Sigmoid", "Relu6", "Elu", "Selu", "Softplus", "LeakyRelu"}) {
            assertTrains(assertSamePredictions(classifier(unit, "BiasAdd"), data.getFeatures()), data);
        }
        assertSamePredictions(classifier("Relu", "Add"), data.getFeatures());
        assertSamePredictions(classifier("Erf", "AddV2"), data.getFeatures());
    }

    @Test
    void theImportedGraphComputesWhatIsWritten() {
        SameDiff sd = classifier("Relu", "BiasAdd").imported();
        INDArray features = ToyData.threeClasses(96, 1).getFeatures();
        INDArray hidden = Transforms.relu(features.mmul(sd.getVariable("w0").getArr())
                .addRowVector(sd.getVariable("b0").getArr()));
        INDArray logits = hidden.mmul(sd.getVariable("w1").getArr())
                .addRowVector(sd.getVariable("b1").getArr());
        assertThat(output(sd, features).equalsWithEps(Transforms.softmax(logits), 1e-5))
                .isTrue();
    }

    @Test
    void anErrorHasTheLinesToWrite() {
        SameDiff sd = classifier("Relu", "BiasAdd").imported();
        assertThatThrownBy(() -> EpSameDiff.of(sd))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("has no TrainingConfig")
                .hasMessageContaining("EpSameDiff.constantsToVariables(sd);")
                .hasMessageContaining("SDVariable label = sd.placeHolder(\"label\", DataType.FLOAT, -1, 3);")
                .hasMessageContaining("sd.loss.logLoss(\"loss\", label, sd.getVariable(\"softmax\"));")
                .hasMessageContaining("sd.setTrainingConfig(TrainingConfig.builder().updater(new NoOp())")
                .hasMessageContaining(".dataSetFeatureMapping(\"x\")")
                .hasMessageContaining(".dataSetLabelMapping(\"label\").build());");
        configured(sd);
        assertThatThrownBy(() -> EpSameDiff.of(sd))
                .hasMessageContaining("no loss variable")
                .hasMessageContaining("sd.loss.logLoss(\"loss\", label, sd.getVariable(\"softmax\"));");
        SDVariable label = sd.placeHolder("label", DataType.FLOAT, -1, 3);
        sd.loss.logLoss("loss", label, sd.getVariable("softmax"));
        assertThatThrownBy(() -> EpSameDiff.of(sd))
                .hasMessageContaining("nothing to learn")
                .hasMessageContaining("its weight \"w0/read\" is a constant")
                .hasMessageContaining("EpSameDiff.constantsToVariables(sd)");
        assertThat(EpSameDiff.constantsToVariables(sd)).containsExactly("w0", "b0", "w1", "b1");
        EpSameDiff.train(sd, ToyData.batches(ToyData.threeClasses(96, 1), 32), 1);
    }

    @Test
    void whatAnExampleDoesAfterTraining() {
        DataSet data = ToyData.threeClasses(96, 1);
        SameDiff sd = made(classifier("Tanh", "BiasAdd").imported());
        INDArray before = sd.getVariable("w0").getArr().dup();
        EpSameDiff.train(sd, ToyData.batches(data, 32), 3);
        assertThat(sd.getVariable("w0").getVariableType()).isEqualTo(VariableType.VARIABLE);
        assertThat(sd.getVariable("w0").getArr()).isNotEqualTo(before);
        File file = folder.resolve("graph.fb").toFile();
        sd.save(file, false);
        SameDiff loaded = SameDiff.load(file, false);
        INDArray outputs = output(sd, data.getFeatures());
        assertThat(output(loaded, data.getFeatures())).isEqualTo(outputs);
        assertThat(outputs.argMax(1)
                        .eq(data.getLabels().argMax(1))
                        .castTo(DataType.FLOAT)
                        .meanNumber()
                        .doubleValue())
                .isGreaterThan(0.85);
        SameDiff moments = EpSameDiff.momentGraph(loaded);
        assertThat(moments.outputSingle(Map.of(INPUT, data.getFeatures()), "probabilities")
                        .castTo(DataType.FLOAT)
                        .equalsWithEps(
                                EpSameDiff.of(sd)
                                        .predict(data.getFeatures())
                                        .probabilities()
                                        .castTo(DataType.FLOAT),
                                1e-5))
                .isTrue();
        EpSameDiff.train(loaded, ToyData.batches(data, 32), 1);
        assertThat(loaded.getTrainingConfig().getEpochCount()).isEqualTo(4);
    }

    @Test
    void numbersAndBranches() {
        FrozenGraph graph = new FrozenGraph()
                .placeholder(INPUT, -1, 3)
                .constant("half", Nd4j.scalar(0.5f))
                .constant("one", Nd4j.scalar(1f))
                .constant("two", Nd4j.scalar(2f))
                .op("Mul", "scaled", INPUT, "half")
                .op("Sub", "shifted", "scaled", "one")
                .op("RealDiv", "divided", "shifted", "two");
        dense(graph, "divided", 0, 3, 3, "BiasAdd")
                .op("Relu", "h", "a0")
                .op("AddV2", "sum", "h", "divided")
                .integer("axis", 1)
                .withIntegers("ConcatV2", "joined", "Tidx", "sum", "h", "axis");
        DataSet data = ToyData.threeClasses(96, 1);
        assertTrains(
                assertSamePredictions(
                        dense(graph, "joined", 1, 6, 3, "BiasAdd").op("Softmax", "softmax", "a1"), data.getFeatures()),
                data);
    }

    @Test
    void imagesWithChannelsLast() {
        FrozenGraph graph = new FrozenGraph()
                .placeholder(INPUT, -1, 8, 8, 2)
                .constant("k", Nd4j.randn(DataType.FLOAT, 3, 3, 2, 4).mul(0.3))
                .constant("c", Nd4j.randn(DataType.FLOAT, 4))
                .convolution("conv", INPUT, "k", "NHWC", "VALID")
                .bias("biased", "conv", "c", "NHWC")
                .op("Relu", "maps", "biased")
                .pooling("MaxPool", "pooled", "maps")
                .integers("shape", -1, 36)
                .reshape("flat", "pooled", "shape");
        DataSet data = images(8, 8, 2);
        assertTrains(
                assertSamePredictions(
                        dense(graph, "flat", 1, 36, 3, "BiasAdd").op("Softmax", "softmax", "a1"), data.getFeatures()),
                data);
    }

    @Test
    void normalizationAndMeanOverPositionsOfRowsThatAreImages() {
        FrozenGraph graph = new FrozenGraph()
                .placeholder(INPUT, -1, 64)
                .integers("image", -1, 8, 8, 1)
                .reshape("images", INPUT, "image")
                .constant("k", Nd4j.randn(DataType.FLOAT, 3, 3, 1, 4).mul(0.3))
                .constant("scale", Nd4j.rand(DataType.FLOAT, 4).add(0.5))
                .constant("shift", Nd4j.randn(DataType.FLOAT, 4))
                .constant("mean", Nd4j.randn(DataType.FLOAT, 4))
                .constant("variance", Nd4j.rand(DataType.FLOAT, 4).add(0.5))
                .op("Identity", "mean/read", "mean")
                .convolution("conv", "images", "k", "NHWC", "VALID")
                .normalization("normal", "conv", "scale", "shift", "mean/read", "variance")
                .op("Relu", "maps", "normal")
                .pooling("AvgPool", "pooled", "maps")
                .integers("axes", 1, 2)
                .withIntegers("Mean", "means", "Tidx", "pooled", "axes");
        DataSet data = images(64);
        SameDiff sd = assertSamePredictions(
                dense(graph, "means", 1, 4, 3, "BiasAdd").op("Softmax", "softmax", "a1"), data.getFeatures());
        assertThat(sd.getVariable("scale").getVariableType()).isEqualTo(VariableType.VARIABLE);
        assertThat(sd.getVariable("mean").getVariableType()).isEqualTo(VariableType.CONSTANT);
        assertTrains(sd, data);
    }

    @Test
    void targetsInTheirUnits() {
        FrozenGraph graph = dense(new FrozenGraph().placeholder(INPUT, -1, 3), INPUT, 0, 3, 6, "BiasAdd");
        SameDiff sd = dense(graph.op("Tanh", "h", "a0"), "h", 1, 6, 1, "BiasAdd")
                .op("Identity", "prediction", "a1")
                .imported();
        EpSameDiff.constantsToVariables(sd);
        sd.loss.meanSquaredError(
                "loss", sd.placeHolder("label", DataType.FLOAT, -1, 1), sd.getVariable("prediction"), null);
        configured(sd);
        DataSet data = ToyData.line(90, 3);
        EpSameDiff ep = EpSameDiff.of(sd, EpOptions.defaults(), 1);
        ep.fit(ToyData.batches(data, 30), 10);
        INDArray prediction = sd.outputSingle(Map.of(INPUT, data.getFeatures()), "prediction");
        double spread = data.getLabels().stdNumber().doubleValue();
        assertThat(prediction.sub(data.getLabels()).norm2Number().doubleValue() / Math.sqrt(90))
                .isLessThan(0.5 * spread);
    }

    @Test
    void whatCannotBeReadIsNamed() {
        FrozenGraph graph = dense(new FrozenGraph().placeholder(INPUT, -1, 3), INPUT, 0, 3, 6, "BiasAdd")
                .integer("axis", 1)
                .withIntegers("Cumsum", "sums", "Tidx", "a0", "axis");
        SameDiff sums = made(dense(graph, "sums", 1, 6, 3, "BiasAdd")
                .op("Softmax", "softmax", "a1")
                .imported());
        assertThatThrownBy(() -> EpSameDiff.of(sums))
                .hasMessageContaining("for 1 reason(s)")
                .hasMessageContaining("op \"sums\" (cumsum), a0 [-1, 6], axis [] -> sums [-1, 6]");

        FrozenGraph columns = new FrozenGraph()
                .placeholder(INPUT, -1, 3)
                .constant("mean", Nd4j.randn(DataType.FLOAT, 3))
                .op("Sub", "centred", INPUT, "mean");
        SameDiff scaled = made(dense(columns, "centred", 1, 3, 3, "BiasAdd")
                .op("Softmax", "softmax", "a1")
                .imported());
        assertThatThrownBy(() -> EpSameDiff.of(scaled))
                .hasMessageContaining("its constant \"mean\" has shape [3]")
                .hasMessageContaining("do that to the data set");

        SameDiff twice = dense(new FrozenGraph().placeholder(INPUT, -1, 3), INPUT, 1, 3, 3, "BiasAdd")
                .op("Softmax", "softmax", "a1")
                .imported();
        EpSameDiff.constantsToVariables(twice);
        twice.loss.softmaxCrossEntropy(
                "loss", twice.placeHolder("label", DataType.FLOAT, -1, 3), twice.getVariable("softmax"), null);
        assertThatThrownBy(() -> EpSameDiff.of(configured(twice)))
                .hasMessageContaining("\"softmax\", which is a softmax")
                .hasMessageContaining("sd.loss.logLoss");

        SameDiff open = made(dense(new FrozenGraph().placeholder(INPUT, -1, -1), INPUT, 1, 3, 3, "BiasAdd")
                .op("Softmax", "softmax", "a1")
                .imported());
        assertThatThrownBy(() -> EpSameDiff.of(open))
                .hasMessageContaining("for 1 reason(s)")
                .hasMessageContaining("sd.getVariable(\"x\").setShape(-1, 784)");
        open.getVariable(INPUT).setShape(-1, 3);
        EpSameDiff.train(open, ToyData.batches(ToyData.threeClasses(96, 1), 32), 1);
    }

    /** Noise, brighter by the class. */
    private static DataSet images(long... shape) {
        int rows = 96;
        long[] all = new long[shape.length + 1];
        all[0] = rows;
        System.arraycopy(shape, 0, all, 1, shape.length);
        INDArray features = Nd4j.randn(DataType.FLOAT, all);
        INDArray labels = Nd4j.zeros(DataType.FLOAT, rows, 3);
        for (int n = 0; n < rows; n++) {
            features.slice(n).addi(n % 3 - 1);
            labels.putScalar(n, n % 3, 1);
        }
        return new DataSet(features, labels);
    }
}
