package io.github.dl4jep.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tensorflow.framework.DataType.DT_FLOAT;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.samediff.EpSameDiff;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.deeplearning4j.nn.modelimport.keras.KerasModelImport;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.tensorflow.framework.AttrValue;
import org.tensorflow.framework.GraphDef;
import org.tensorflow.framework.NodeDef;
import org.tensorflow.framework.TensorProto;
import org.tensorflow.framework.TensorShapeProto;

/** The page docs/guide/import.md: its code is here word by word. */
class ImportGuideTest {

    private final DataSetIterator trainIterator = new ViewIterator(largestFeature(), 30);

    @TempDir
    private Path folder;

    @Test
    void everyBlockOfThePageIsHere() throws IOException {
        String source = GuidePage.sourceOf(ImportGuideTest.class);

        assertThat(GuidePage.blocks("import.md"))
                .hasSize(3)
                .allSatisfy(block -> assertThat(source).contains(block));
    }

    @Test
    void keras() throws Exception {
        String file = Path.of(Objects.requireNonNull(ImportGuideTest.class.getResource("/keras/softmax.h5"))
                        .toURI())
                .toString();

        MultiLayerNetwork imported = KerasModelImport.importKerasSequentialModelAndWeights(file);
        EpMultiLayerNetwork net = EpNetworks.from(imported);
        net.fit(trainIterator, 10);

        MultiLayerNetwork open = KerasModelImport.importKerasSequentialModelAndWeights(file, false);
        EpMultiLayerNetwork completed = EpNetworks.from(EpNetworks.withOutput(open));

        assertThat(net.evaluate(trainIterator).accuracy()).isGreaterThan(0.9);
        assertThat(completed.evaluate(trainIterator).accuracy()).isLessThan(0.8);
        completed.fit(trainIterator, 10);
        assertThat(completed.evaluate(trainIterator).accuracy()).isGreaterThan(0.9);
    }

    @Test
    void tensorFlow() throws IOException {
        File frozenGraph = folder.resolve("frozen.pb").toFile();
        Files.write(frozenGraph.toPath(), frozen());

        SameDiff sd = SameDiff.importFrozenTF(frozenGraph);
        EpSameDiff.constantsToVariables(sd);
        SDVariable label = sd.placeHolder("label", DataType.FLOAT, -1, 3);
        sd.loss.softmaxCrossEntropy("loss", label, sd.getVariable("logits"), null);
        sd.setTrainingConfig(TrainingConfig.builder()
                .updater(new NoOp())
                .dataSetFeatureMapping("x")
                .dataSetLabelMapping("label")
                .build());
        EpSameDiff.of(sd, EpOptions.builder().startFromWeights().build()).fit(trainIterator, 10);

        Evaluation evaluation = new Evaluation();
        sd.evaluate(trainIterator, "logits", evaluation);
        assertThat(evaluation.accuracy()).isGreaterThan(0.9);
    }

    /** The bytes of x w + b as TensorFlow writes them. */
    private static byte[] frozen() {
        return GraphDef.newBuilder()
                .addNode(node("x", "Placeholder")
                        .putAttr(
                                "dtype",
                                AttrValue.newBuilder().setType(DT_FLOAT).build())
                        .putAttr(
                                "shape",
                                AttrValue.newBuilder().setShape(shape(-1, 4)).build()))
                .addNode(constant("w0", 4, 3))
                .addNode(constant("b0", 3))
                .addNode(node("product", "MatMul")
                        .addInput("x")
                        .addInput("w0")
                        .putAttr("T", AttrValue.newBuilder().setType(DT_FLOAT).build())
                        .putAttr(
                                "transpose_a",
                                AttrValue.newBuilder().setB(false).build())
                        .putAttr(
                                "transpose_b",
                                AttrValue.newBuilder().setB(false).build()))
                .addNode(node("logits", "BiasAdd")
                        .addInput("product")
                        .addInput("b0")
                        .putAttr("T", AttrValue.newBuilder().setType(DT_FLOAT).build()))
                .build()
                .toByteArray();
    }

    private static NodeDef.Builder node(String name, String op) {
        return NodeDef.newBuilder().setName(name).setOp(op);
    }

    private static NodeDef.Builder constant(String name, long... sizes) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(DT_FLOAT).setTensorShape(shape(sizes));
        for (long i = 0; i < Arrays.stream(sizes).reduce(1, (a, b) -> a * b); i++) {
            tensor.addFloatVal(i % 2 == 0 ? 0.1f : -0.1f);
        }
        return node(name, "Const")
                .putAttr("dtype", AttrValue.newBuilder().setType(DT_FLOAT).build())
                .putAttr("value", AttrValue.newBuilder().setTensor(tensor).build());
    }

    private static TensorShapeProto shape(long... sizes) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        Arrays.stream(sizes)
                .forEach(size -> shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size)));
        return shape.build();
    }

    /** Labels name the largest of the first three of four features. */
    private static DataSet largestFeature() {
        Nd4j.getRandom().setSeed(1);
        INDArray features = Nd4j.randn(DataType.FLOAT, 600, 4);
        float[][] labels = new float[600][3];
        for (int n = 0; n < labels.length; n++) {
            int largest = 0;
            for (int i = 1; i < 3; i++) {
                largest = features.getFloat(n, i) > features.getFloat(n, largest) ? i : largest;
            }
            labels[n][largest] = 1;
        }
        return new DataSet(features, Nd4j.createFromArray(labels));
    }
}
