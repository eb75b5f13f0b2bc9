package io.github.dl4jep.saved;

import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.network.EpNetwork;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import io.github.dl4jep.weight.WeightPriors;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * A small network, its data in batches, and features to predict.
 *
 * @param name of its files
 * @param network makes it, untrained
 * @param data what it learns, raw
 * @param features what is predicted, raw
 * @param normalized whether a normalizer is in the file
 */
record SavedCase(String name, Supplier<EpNetwork> network, DataSet data, INDArray features, boolean normalized) {

    /** Size of a batch. */
    static final int BATCH = 20;

    private static final int PIXELS = 6;

    /** One of each kind. */
    static List<SavedCase> all() {
        return List.of(
                new SavedCase("dense", () -> EpNetworks.from(ToyNetworks.classifier()), classes(), flat(), false),
                new SavedCase(
                        "regression-normalizer",
                        () -> EpNetworks.from(ToyNetworks.regressor()),
                        inOddUnits(ToyData.line(100, 1)),
                        inOddUnits(new DataSet(flat(), flat())).getFeatures(),
                        true),
                spiking("binary"),
                spiking("ternary"),
                spiking("spike-slab"),
                new SavedCase("conv-graph", () -> EpNetworks.from(images()), crosses(100, 1), someCrosses(), false));
    }

    private static SavedCase spiking(String prior) {
        EpOptions options = EpOptions.builder()
                .hiddenActivation(new ActivationHeaviside())
                .weightPrior(WeightPriors.named(prior))
                .build();
        return new SavedCase(prior, () -> EpNetworks.from(ToyNetworks.classifier(), options), classes(), flat(), false);
    }

    private static DataSet classes() {
        return ToyData.threeClasses(100, 1);
    }

    private static INDArray flat() {
        return ToyData.normal(10, 2);
    }

    private static INDArray someCrosses() {
        return crosses(10, 2).getFeatures();
    }

    private static DataSet inOddUnits(DataSet data) {
        data.getFeatures().muliRowVector(Nd4j.createFromArray(0.01f, 1f, 100f)).addi(7);
        return data;
    }

    /** Convolution, batch normalization, a shortcut, pooling. */
    private static ComputationGraphConfiguration images() {
        return new NeuralNetConfiguration.Builder()
                .seed(5)
                .graphBuilder()
                .addInputs("in")
                .addLayer("first", convolution(), "in")
                .addLayer("normalized", new BatchNormalization(), "first")
                .addLayer("second", convolution(), "normalized")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "first", "second")
                .addLayer(
                        "pooled",
                        new SubsamplingLayer.Builder(PoolingType.MAX)
                                .kernelSize(2, 2)
                                .stride(2, 2)
                                .build(),
                        "sum")
                .addLayer("global", new GlobalPoolingLayer(PoolingType.AVG), "pooled")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(2)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "global")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(PIXELS, PIXELS, 1))
                .build();
    }

    private static ConvolutionLayer convolution() {
        return new ConvolutionLayer.Builder(3, 3)
                .nOut(4)
                .convolutionMode(ConvolutionMode.Same)
                .activation(Activation.RELU)
                .build();
    }

    /** A row or a column of bright pixels, in noise. */
    private static DataSet crosses(int rows, long seed) {
        Random random = new Random(seed);
        float[][][][] images = new float[rows][1][PIXELS][PIXELS];
        float[][] labels = new float[rows][2];
        for (int n = 0; n < rows; n++) {
            int line = random.nextInt(PIXELS);
            labels[n][n % 2] = 1;
            for (int i = 0; i < PIXELS; i++) {
                for (int j = 0; j < PIXELS; j++) {
                    boolean bright = n % 2 == 0 ? i == line : j == line;
                    images[n][0][i][j] = (float) ((bright ? 1.5 : 0) + 0.3 * random.nextGaussian());
                }
            }
        }
        return new DataSet(Nd4j.createFromArray(images), Nd4j.createFromArray(labels));
    }

    @Override
    public String toString() {
        return name;
    }
}
