package io.github.dl4jep.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.github.dl4jep.convert.EpModelSaver;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.network.EpNetwork;
import io.github.dl4jep.store.EpCheckpoints;
import io.github.dl4jep.weight.GaussianPrior;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.optimize.listeners.ScoreIterationListener;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The page docs/guide/README.md: its code is here word by word. */
class StartingGuideTest {

    private static final int COLUMNS = 6;
    private static final int CLASSES = 3;

    private final DataSetIterator trainIterator =
            new ListDataSetIterator<>(clusters(320, 1).asList(), 32);
    private final DataSet test = clusters(150, 2);
    private final DataSetIterator testIterator = new ViewIterator(test, 50);
    private final INDArray features = test.getFeatures();
    private final MultiLayerConfiguration configuration = new NeuralNetConfiguration.Builder()
            .seed(1)
            .list()
            .layer(hidden())
            .layer(output(CLASSES))
            .build();

    @TempDir
    private Path temporary;

    private static DenseLayer hidden() {
        return new DenseLayer.Builder()
                .nIn(COLUMNS)
                .nOut(24)
                .activation(Activation.RELU)
                .build();
    }

    private static OutputLayer output(int classes) {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(24)
                .nOut(classes)
                .activation(Activation.SOFTMAX)
                .build();
    }

    @Test
    void everyBlockOfThePageIsHere() throws IOException {
        String source = GuidePage.sourceOf(StartingGuideTest.class);

        assertThat(GuidePage.blocks("README.md"))
                .hasSize(10)
                .allSatisfy(block -> assertThat(source).contains(block));
    }

    private EpMultiLayerNetwork trained() {
        EpMultiLayerNetwork net = EpNetworks.from(configuration);
        net.fit(trainIterator, 2);
        return net;
    }

    @Test
    void swapTheTrainer() {
        EpMultiLayerNetwork net = EpNetworks.from(configuration);
        net.fit(trainIterator, 2);
        Evaluation evaluation = net.evaluate(testIterator);

        assertThat(evaluation.accuracy()).isGreaterThan(0.95);
    }

    @Test
    void startFromATrainedNetwork() {
        MultiLayerNetwork trainedNetwork = new MultiLayerNetwork(configuration.clone());
        trainedNetwork.init();
        trainedNetwork.fit(trainIterator, 20);

        EpMultiLayerNetwork same = EpNetworks.from(trainedNetwork);
        EpMultiLayerNetwork bold = EpNetworks.from(
                trainedNetwork, EpOptions.builder().startFromWeights(0.3).build());
        Prediction uncertain = same.prediction(features);
        same.fit(trainIterator);

        assertThat(uncertain.epistemicVariance().minNumber().doubleValue()).isPositive();
        assertThat(bold.getParam("0_WPrecision").getDouble(0) * 3)
                .isCloseTo(
                        EpNetworks.from(trainedNetwork).getParam("0_WPrecision").getDouble(0), withinPercentage(0.1));
        assertThat(accuracy(same.output(features)))
                .isGreaterThanOrEqualTo(accuracy(trainedNetwork.output(features)) - 0.01);
    }

    @Test
    void otherKindsOfNetworks() {
        ComputationGraphConfiguration graphConfiguration = new NeuralNetConfiguration.Builder()
                .seed(1)
                .graphBuilder()
                .addInputs("in")
                .addLayer("hidden", hidden(), "in")
                .addLayer("out", output(CLASSES), "hidden")
                .setOutputs("out")
                .build();
        MultiLayerNetwork existingNetwork = new MultiLayerNetwork(configuration);
        existingNetwork.init();

        EpComputationGraph graph = EpNetworks.from(graphConfiguration);
        EpMultiLayerNetwork converted = EpNetworks.from(existingNetwork);

        graph.fit(trainIterator, 2);
        converted.fit(trainIterator, 2);
        assertThat(accuracy(graph.outputSingle(features))).isGreaterThan(0.95);
        assertThat(accuracy(converted.output(features))).isGreaterThan(0.95);
    }

    @Test
    void chooseAPrior() {
        EpOptions options = EpOptions.builder()
                .priorScale(0.3)
                .outputWeightPrior(new GaussianPrior(0.5))
                .memoryPasses(1)
                .build();
        EpMultiLayerNetwork narrow = EpNetworks.from(configuration, options);

        narrow.fit(trainIterator, 2);
        assertThat(accuracy(narrow.output(features))).isGreaterThan(0.95);
    }

    @Test
    void readTheUncertainty() {
        EpMultiLayerNetwork net = trained();

        Prediction prediction = net.prediction(features);
        INDArray probabilities = prediction.probabilities();
        INDArray entropy = prediction.entropy();
        INDArray fromTheWeights = prediction.epistemicVariance();
        INDArray fromTheNoise = prediction.aleatoricVariance();

        assertThat(accuracy(probabilities)).isGreaterThan(0.95);
        assertThat(entropy.minNumber().doubleValue()).isPositive();
        assertThat(entropy.maxNumber().doubleValue()).isLessThan(Math.log(CLASSES) + 1e-6);
        assertThat(fromTheNoise.amaxNumber().doubleValue()).isZero();
        Prediction far = net.predictor().predict(features.mul(10));
        assertThat(far.epistemicVariance().meanNumber().doubleValue())
                .isGreaterThan(10 * fromTheWeights.meanNumber().doubleValue());
        assertThat(net.predictor().sample(features, 20).shape()).containsExactly(20, 150, CLASSES);
    }

    @Test
    void saveAndResume() throws IOException {
        File file = temporary.resolve("net.zip").toFile();
        NormalizerStandardize normalizer = new NormalizerStandardize();
        normalizer.fit(trainIterator);
        trainIterator.reset();
        trainIterator.setPreProcessor(normalizer);
        EpMultiLayerNetwork net = trained();

        net.save(file);
        ModelSerializer.addNormalizerToModel(file, normalizer);

        EpNetwork again = EpNetworks.load(file);
        NormalizerStandardize sameNormalizer = ModelSerializer.restoreNormalizerFromFile(file);
        again.fit(trainIterator);

        net.fit(trainIterator);
        assertThat(again.params()).isEqualTo(net.params());
        assertThat(sameNormalizer.getMean()).isEqualTo(normalizer.getMean());
        assertThatThrownBy(() -> MultiLayerNetwork.load(file, false).fit(test))
                .hasMessageContaining("An EP layer has no gradient");
    }

    @Test
    void checkpoints() {
        File folder = temporary.toFile();

        EpCheckpoints checkpoints = EpCheckpoints.in(folder).every(5).keepLast(3);
        EpMultiLayerNetwork net = checkpoints.resume(EpNetworks.from(configuration));
        net.setListeners(new ScoreIterationListener(10));
        checkpoints.fit(net, trainIterator, 2);

        assertThat(net.getIterationCount()).isEqualTo(20);
        assertThat(checkpoints.newestFirst()).hasSize(3);
        EpMultiLayerNetwork resumed = checkpoints.resume(EpNetworks.from(configuration));
        assertThat(resumed.params()).isEqualTo(net.params());
    }

    @Test
    void stopEarly() {
        File folder = temporary.toFile();
        EpMultiLayerNetwork net = EpNetworks.from(configuration);

        var stopping = new EarlyStoppingConfiguration.Builder<MultiLayerNetwork>()
                .epochTerminationConditions(new MaxEpochsTerminationCondition(3))
                .scoreCalculator(new DataSetLossCalculator(testIterator, true))
                .modelSaver(new EpModelSaver(folder))
                .build();
        EarlyStoppingResult<MultiLayerNetwork> result = new EarlyStoppingTrainer(stopping, net, trainIterator).fit();
        EpMultiLayerNetwork best = (EpMultiLayerNetwork) result.getBestModel();

        assertThat(accuracy(best.output(features))).isGreaterThan(0.95);
    }

    @Test
    void ownLoop() {
        EpMultiLayerNetwork own = EpNetworks.from(configuration);
        EpMultiLayerNetwork byIterator = EpNetworks.from(configuration);

        for (int pass = 0; pass < 2; pass++) {
            trainIterator.reset();
            while (trainIterator.hasNext()) {
                own.fit(trainIterator.next());
            }
        }

        byIterator.fit(trainIterator, 2);
        assertThat(own.params()).isEqualTo(byIterator.params());
    }

    @Test
    void transfer() {
        EpMultiLayerNetwork net = trained();
        OutputLayer newOutputLayer = output(CLASSES);

        MultiLayerNetwork edited = new TransferLearning.Builder(net)
                .fineTuneConfiguration(new FineTuneConfiguration.Builder().build())
                .setFeatureExtractor(0)
                .removeOutputLayer()
                .addLayer(newOutputLayer)
                .build();
        EpMultiLayerNetwork transferred = EpNetworks.from(edited);

        transferred.fit(trainIterator, 2);
        assertThat(transferred.getLayer(0).params()).isEqualTo(net.getLayer(0).params());
        assertThat(accuracy(transferred.output(features))).isGreaterThan(0.9);
    }

    @Test
    void messagesOfThePage() {
        assertThatThrownBy(() -> EpNetworks.from(configuration)
                        .fit(new DataSet(features, test.getLabels().mul(2))))
                .hasMessageContaining("allowed are probabilities from 0 to 1");
        assertThatThrownBy(() -> EpNetworks.from(configuration)
                        .fit(new DataSet(features, Nd4j.ones(test.numExamples(), CLASSES))))
                .hasMessageContaining("a class label is one-hot");
        INDArray broken = features.dup().putScalar(5, 0, Double.NaN);
        assertThatThrownBy(() -> EpNetworks.from(configuration).fit(new DataSet(broken, test.getLabels())))
                .hasMessageStartingWith("A feature is NaN at batch 0, row 5, column 0");
    }

    private double accuracy(INDArray probabilities) {
        Evaluation evaluation = new Evaluation();
        evaluation.eval(test.getLabels(), probabilities);
        return evaluation.accuracy();
    }

    /** A cluster around a corner for each class. */
    private static DataSet clusters(int rows, int seed) {
        Nd4j.getRandom().setSeed(seed);
        INDArray labels = Nd4j.zeros(DataType.FLOAT, rows, CLASSES);
        INDArray features = Nd4j.randn(DataType.FLOAT, rows, COLUMNS).muli(0.4);
        for (int row = 0; row < rows; row++) {
            labels.putScalar(row, row % CLASSES, 1);
            features.putScalar(row, row % CLASSES, features.getDouble(row, row % CLASSES) + 2);
        }
        return new DataSet(features, labels);
    }
}
