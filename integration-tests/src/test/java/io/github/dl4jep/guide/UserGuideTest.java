package io.github.dl4jep.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.activation.ActivationBernoulliProbit;
import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.compact.CompactNetwork;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.ensemble.PosteriorEnsemble;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.spike.LatencyCode;
import io.github.dl4jep.spike.RateCode;
import io.github.dl4jep.spike.SpikePreProcessor;
import io.github.dl4jep.spike.SpikingRun;
import io.github.dl4jep.weight.BinaryPrior;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.SpikeSlabPrior;
import io.github.dl4jep.weight.TernaryPrior;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The page docs/guide/spiking.md: its code is here word by word. */
class UserGuideTest {

    private static final int CLASSES = 10;
    private static final int PIXELS = 784;

    private final DataSet train = blurredPatterns(640, 1);
    private final DataSet test = blurredPatterns(200, 2);
    private final DataSetIterator trainIterator = new ViewIterator(train, 64);
    private final INDArray features = test.getFeatures();

    @TempDir
    private Path folder;

    @Test
    void everyBlockOfThePageIsHere() throws IOException {
        String source = GuidePage.sourceOf(UserGuideTest.class);

        assertThat(GuidePage.blocks("spiking.md"))
                .hasSize(7)
                .allSatisfy(block -> assertThat(source).contains(block));
    }

    @Test
    void defineAndTrain() {
        EpMultiLayerNetwork net = definedNetwork();

        assertThat(errors(net.output(features))).isLessThan(0.05);
    }

    private EpMultiLayerNetwork definedNetwork() {
        MultiLayerConfiguration configuration = new NeuralNetConfiguration.Builder()
                .seed(1)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(784)
                        .nOut(128)
                        .activation(new ActivationHeaviside())
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(128)
                        .nOut(10)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build();
        EpMultiLayerNetwork net = EpNetworks.from(configuration);
        net.fit(trainIterator, 2);

        return net;
    }

    @Test
    void swapUnitsAndChoosePriors() {
        MultiLayerConfiguration existingConfiguration = reluNetwork();
        EpOptions options = EpOptions.builder()
                .hiddenActivation(new ActivationHeaviside())
                .hiddenWeightPrior(new BinaryPrior())
                .build();
        EpMultiLayerNetwork net = EpNetworks.from(existingConfiguration, options);

        net.fit(trainIterator, 2);
        assertThat(errors(net.output(features))).isLessThan(0.05);

        EpOptions mixed = EpOptions.builder()
                .hiddenActivation(new ActivationBernoulliProbit(0.5))
                .hiddenWeightPrior(new TernaryPrior())
                .weightPrior("layer0", new SpikeSlabPrior())
                .outputWeightPrior(new GaussianPrior(0.5))
                .build();

        assertThat(mixed.asMap()).containsKey("weightPrior.layer0");
        assertThat(EpNetworks.from(existingConfiguration, mixed).numParams()).isPositive();
    }

    @Test
    void read() {
        EpMultiLayerNetwork net = definedNetwork();

        Prediction moments = net.predictor().predict(features);
        Prediction sampled = net.predictor().predictFromSamples(features, 20);
        INDArray draws = net.predictor().sample(features, 20);
        INDArray averaged = SpikingRun.of(net).timeSteps(25).output(features);
        INDArray accumulating = SpikingRun.of(net).timeSteps(25).cumulativeOutput(features);

        assertThat(errors(moments.probabilities())).isLessThan(0.05);
        assertThat(errors(sampled.probabilities())).isLessThan(0.05);
        assertThat(draws.shape()).containsExactly(20, 200, 10);
        assertThat(errors(averaged)).isLessThan(0.05);
        assertThat(accumulating.shape()).containsExactly(25, 200, 10);
    }

    @Test
    void codeInputs() {
        EpMultiLayerNetwork net = EpNetworks.from(reluNetwork());
        trainIterator.setPreProcessor(new SpikePreProcessor(new RateCode(), 25, 1));
        net.fit(trainIterator, 2);
        INDArray output = SpikingRun.of(net).timeSteps(25).code(new RateCode()).output(features);
        INDArray train = LatencyCode.held().train(features, 25);

        assertThat(errors(output)).isLessThan(0.05);
        assertThat(train.shape()).containsExactly(25, 200, 784);
    }

    @Test
    void deploy() throws IOException {
        EpMultiLayerNetwork net = definedNetwork();
        File file = folder.resolve("point.zip").toFile();

        MultiLayerNetwork point = net.toPointNetwork();
        point.save(file);
        MultiLayerNetwork loaded = MultiLayerNetwork.load(file, false);

        MultiLayerNetwork draw = net.sample(1);
        PosteriorEnsemble ensemble = net.ensemble(20, 1);
        INDArray probabilities = ensemble.output(features);
        INDArray disagreement = ensemble.spread(features);

        assertThat(loaded.output(features)).isEqualTo(point.output(features));
        assertThat(draw.numParams()).isEqualTo(point.numParams());
        assertThat(errors(probabilities)).isLessThan(0.05);
        assertThat(disagreement.minNumber().doubleValue()).isPositive();
    }

    @Test
    void deployDiscreteWeights() throws IOException {
        EpOptions options = EpOptions.builder()
                .hiddenActivation(new ActivationHeaviside())
                .weightPrior(new BinaryPrior())
                .build();
        EpMultiLayerNetwork net = EpNetworks.from(reluNetwork(), options);
        net.fit(trainIterator, 2);
        Path compactFile = folder.resolve("network.compact");
        float[][] pixels = features.toFloatMatrix();

        net.toCompact().write(compactFile);
        CompactNetwork compact = CompactNetwork.read(compactFile);
        int[] classes = compact.classify(pixels);

        assertThat(classes).isEqualTo(net.toPointNetwork().predict(features));
    }

    private static MultiLayerConfiguration reluNetwork() {
        return new NeuralNetConfiguration.Builder()
                .seed(1)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(PIXELS)
                        .nOut(64)
                        .activation(Activation.RELU)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(64)
                        .nOut(CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build();
    }

    private double errors(INDArray probabilities) {
        Evaluation evaluation = new Evaluation();
        evaluation.eval(test.getLabels(), probabilities);
        return 1 - evaluation.accuracy();
    }

    /** A pattern of pixels in [0, 1] for each class, with noise. */
    private static DataSet blurredPatterns(int rows, int seed) {
        Nd4j.getRandom().setSeed(17);
        INDArray patterns = Nd4j.rand(DataType.FLOAT, CLASSES, PIXELS).gt(0.8).castTo(DataType.FLOAT);
        Nd4j.getRandom().setSeed(seed);
        INDArray labels = Nd4j.zeros(DataType.FLOAT, rows, CLASSES);
        for (int row = 0; row < rows; row++) {
            labels.putScalar(row, row % CLASSES, 1);
        }
        INDArray noise = Nd4j.rand(DataType.FLOAT, rows, PIXELS);
        return new DataSet(labels.mmul(patterns).muli(0.5).addi(noise.muli(0.5)), labels);
    }
}
