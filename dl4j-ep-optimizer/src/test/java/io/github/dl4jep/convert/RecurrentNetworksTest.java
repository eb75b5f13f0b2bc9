package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.dl4jep.engine.RejectedBatchException;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyData;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.slf4j.LoggerFactory;

/** Recurrent networks from end to end. */
@SuppressWarnings("deprecation") // GravesLSTM
class RecurrentNetworksTest {

    private static final int STEPS = 6;
    private static final int UNITS = 8;

    @TempDir
    private Path folder;

    /** Kinds of layers, made anew for each network. */
    enum Kind {
        SIMPLE,
        LSTM,
        GRAVES,
        BOTH_WAYS,
        GRAVES_BOTH_WAYS;

        boolean hasTwoDirections() {
            return this == BOTH_WAYS || this == GRAVES_BOTH_WAYS;
        }

        Layer layer(RNNFormat format) {
            if (this == BOTH_WAYS) {
                return new Bidirectional(Bidirectional.Mode.AVERAGE, LSTM.layer(format));
            }
            BaseRecurrentLayer.Builder<?> builder = switch (this) {
                case SIMPLE -> new SimpleRnn.Builder();
                case LSTM -> new LSTM.Builder();
                case GRAVES -> new GravesLSTM.Builder();
                default -> new GravesBidirectionalLSTM.Builder();
            };
            builder.nIn(2).nOut(UNITS);
            builder.activation(Activation.TANH);
            builder.dataFormat(format);
            return builder.build();
        }
    }

    static Stream<Kind> kinds() {
        return Stream.of(Kind.values());
    }

    private static OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(UNITS)
                .nOut(2)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static MultiLayerConfiguration definition(Kind kind, RNNFormat format) {
        return new NeuralNetConfiguration.Builder()
                .seed(5)
                .list()
                .layer(new LastTimeStep(kind.layer(format)))
                .layer(output())
                .setInputType(InputType.recurrent(2, STEPS, format))
                .build();
    }

    /** Whether the first value, long ago, was positive. */
    private static DataSet firstSign(int count, long seed) {
        Random random = new Random(seed);
        INDArray x = Nd4j.create(count, 2, STEPS);
        INDArray y = Nd4j.create(count, 2);
        for (int n = 0; n < count; n++) {
            for (int t = 0; t < STEPS; t++) {
                x.putScalar(n, 0, t, random.nextGaussian() * (t == 0 ? 1 : 0.3));
                x.putScalar(n, 1, t, t == 0 ? 1 : 0);
            }
            y.putScalar(n, x.getDouble(n, 0, 0) > 0 ? 1 : 0, 1);
        }
        return new DataSet(x, y);
    }

    private static void fit(EpMultiLayerNetwork network, int examples, int passes) {
        List<DataSet> batches = new ArrayList<>(firstSign(examples, 1).batchBy(32));
        for (int pass = 0; pass < passes; pass++) {
            network.fit(new ExistingDataSetIterator(batches));
        }
    }

    private static double error(INDArray output, DataSet data) {
        return 1
                - output.argMax(1)
                        .eq(data.getLabels().argMax(1))
                        .castTo(output.dataType())
                        .meanNumber()
                        .doubleValue();
    }

    private static void assertSame(INDArray actual, INDArray expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(tolerance);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void remembersTheFirstStepAndIsThePointNetworkOfDl4j(Kind kind) throws IOException {
        EpMultiLayerNetwork network = EpNetworks.from(definition(kind, RNNFormat.NCW));
        fit(network, 640, 4);
        DataSet test = firstSign(500, 2);
        assertThat(error(network.output(test.getFeatures()), test))
                .as("by chance it is 0.5")
                .isLessThan(0.15);

        INDArray point = network.toPointNetwork().output(test.getFeatures());
        assertThat(error(point, test)).isLessThan(0.15);
        File file = folder.resolve("network.zip").toFile();
        network.save(file);
        // What DL4J's own loader makes of the EP layers is the point network, too: weights arranged as DL4J has them.
        assertSame(ModelSerializer.restoreMultiLayerNetwork(file).output(test.getFeatures()), point, 1e-4);
        EpMultiLayerNetwork loaded = (EpMultiLayerNetwork) EpNetworks.load(file);
        assertThat(loaded.output(test.getFeatures())).isEqualTo(network.output(test.getFeatures()));
        assertThat(network.toPointNetwork().getLayerWiseConfigurations().toJson())
                .doesNotContain("io.github.dl4jep");
    }

    /** All arrays of a stock network are means of the posterior: with a narrow prior around them the moments are the numbers. */
    @ParameterizedTest
    @MethodSource("kinds")
    void theWeightsOfAStockNetworkAreAStart(Kind kind) {
        MultiLayerNetwork stock = new MultiLayerNetwork(definition(kind, RNNFormat.NCW));
        stock.init();
        INDArray drawn = Nd4j.randn(1, stock.numParams()).muli(0.4);
        stock.setParams(drawn);
        EpMultiLayerNetwork network = EpNetworks.from(
                stock, EpOptions.builder().startFromWeights(1e-8).build());
        DataSet data = firstSign(20, 3);
        assertSame(network.toPointNetwork().params(), stock.params(), 1e-5);
        INDArray x = data.getFeatures();
        assertSame(network.feedForward(x).get(1), stock.feedForward(x).get(1), 1e-3);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void channelsLastIsChannelsFirst(Kind kind) {
        EpMultiLayerNetwork first = EpNetworks.from(definition(kind, RNNFormat.NCW));
        EpMultiLayerNetwork last = EpNetworks.from(definition(kind, RNNFormat.NWC));
        last.setParams(first.params().dup());
        DataSet data = firstSign(64, 1);
        INDArray moved = data.getFeatures().permute(0, 2, 1).dup('c');
        first.fit(data);
        last.fit(new DataSet(moved, data.getLabels()));
        assertThat(last.params()).isEqualTo(first.params());
        assertThat(last.output(moved)).isEqualTo(first.output(data.getFeatures()));
    }

    @Test
    void theVertexOfAGraphIsTheWrapperOfAList() {
        EpMultiLayerNetwork list = EpNetworks.from(definition(Kind.LSTM, RNNFormat.NCW));
        EpComputationGraph graph = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .seed(5)
                .graphBuilder()
                .addInputs("series")
                .addLayer("memory", Kind.LSTM.layer(RNNFormat.NCW), "series")
                .addVertex("last", new LastTimeStepVertex("series"), "memory")
                .addLayer("out", output(), "last")
                .setOutputs("out")
                .setInputTypes(InputType.recurrent(2, STEPS))
                .build());
        graph.setParams(list.params().dup());
        DataSet data = firstSign(64, 1);
        list.fit(data);
        graph.fit(data);
        assertThat(graph.params()).isEqualTo(list.params());
        assertThat(graph.outputSingle(data.getFeatures())).isEqualTo(list.output(data.getFeatures()));
    }

    /** Activations, draws, pruning, reports and the estimate of memory find the arrays of a recurrent layer. */
    @ParameterizedTest
    @MethodSource("kinds")
    void whatAsksForPosteriorsFindsThem(Kind kind) {
        EpMultiLayerNetwork network = EpNetworks.from(definition(kind, RNNFormat.NCW));
        fit(network, 96, 1);
        INDArray x = firstSign(20, 3).getFeatures();
        String prefix = kind.hasTwoDirections() ? "backward" : "";
        boolean peepholes = kind == Kind.GRAVES || kind == Kind.GRAVES_BOTH_WAYS;
        assertThat(network.posterior().get("0").keySet())
                .contains(prefix + "W", prefix + "b", prefix + "recurrentW")
                .hasSize((peepholes ? 4 : 3) * (kind.hasTwoDirections() ? 2 : 1));
        assertThat(network.feedForward(x).get(1).shape()).containsExactly(20, UNITS);
        EpMultiLayerNetwork pruned = network.prune(0.5);
        assertThat(pruned.toPointNetwork()
                        .params()
                        .eq(0)
                        .castTo(x.dataType())
                        .meanNumber()
                        .doubleValue())
                .isCloseTo(0.5, within(0.05));
        assertThat(network.ensemble(3, 1).output(x).shape()).containsExactly(20, 2);
        assertThat(network.memory(InputType.recurrent(2, STEPS)).bytesPerExample())
                .isPositive();
        assertThat(network.clone().output(x)).isEqualTo(network.output(x));
    }

    /** More pairs than are solved for together, and fewer: both learn to hand on an input. */
    @ParameterizedTest
    @ValueSource(ints = {20, 130})
    void labelsAtEveryStepAreLearned(int steps) {
        EpMultiLayerNetwork network = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .seed(5)
                .list()
                .layer(new SimpleRnn.Builder()
                        .nIn(1)
                        .nOut(6)
                        .activation(Activation.TANH)
                        .build())
                .layer(new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(6)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.recurrent(1))
                .build());
        Nd4j.getRandom().setSeed(1);
        INDArray x = Nd4j.rand(16, 1, steps).subi(0.5);
        for (int i = 0; i < 15; i++) {
            network.fit(new DataSet(x, x));
        }
        double error = network.output(x).sub(x).norm2Number().doubleValue()
                / x.norm2Number().doubleValue();
        assertThat(error).isLessThan(0.3);
    }

    private static MultiLayerConfiguration withCell(Layer cell) {
        return new NeuralNetConfiguration.Builder()
                .list()
                .layer(new LastTimeStep(cell))
                .layer(output())
                .setInputType(InputType.recurrent(2, STEPS))
                .build();
    }

    @ParameterizedTest
    @EnumSource(names = {"RELU", "RELU6", "IDENTITY", "SOFTPLUS", "LEAKYRELU", "CUBE", "ELU"})
    void gatesBeyondOneAreRefused(Activation gate) {
        LSTM cell = new LSTM.Builder()
                .nOut(UNITS)
                .activation(Activation.TANH)
                .gateActivationFunction(gate)
                .build();
        GravesBidirectionalLSTM both = new GravesBidirectionalLSTM.Builder()
                .nOut(UNITS)
                .activation(Activation.TANH)
                .gateActivationFunction(gate)
                .build();
        String reason = "goes beyond 1 (to ";
        String remedy = "a gate multiplies the memory at every step, whose variance then grows without limit; set"
                + " gateActivationFunction(Activation.SIGMOID) or HARDSIGMOID";
        assertThatThrownBy(() -> EpNetworks.from(withCell(cell)))
                .hasMessageContaining("the gate activation " + gate.getActivationFunction())
                .hasMessageContaining(reason)
                .hasMessageContaining(remedy);
        assertThatThrownBy(() -> EpNetworks.from(withCell(both))).hasMessageContaining(remedy);
        assertThatThrownBy(() -> EpNetworks.from(withCell(new Bidirectional(cell))))
                .hasMessageContaining(remedy);
    }

    @ParameterizedTest
    @EnumSource(names = {"SIGMOID", "HARDSIGMOID", "TANH", "SOFTSIGN", "RECTIFIEDTANH"})
    void gatesOfAtMostOneLearn(Activation gate) {
        EpMultiLayerNetwork network = EpNetworks.from(withCell(new LSTM.Builder()
                .nOut(UNITS)
                .activation(Activation.TANH)
                .gateActivationFunction(gate)
                .build()));

        network.fit(ToyData.batches(firstSign(64, 1), 16), 2);

        assertThat(network.getIterationCount()).isEqualTo(8);
    }

    private static List<String> logOf(Runnable conversion) {
        Logger logger = (Logger) LoggerFactory.getLogger(EpNetworks.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            conversion.run();
        } finally {
            logger.detachAppender(log);
        }
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void unitsWithoutBoundsAreNamed() {
        String said =
                "the activation relu has no bounds: from step to step variances can grow until batches are rejected, of"
                        + " sequences of more than some 8 steps nearly all; TANH has bounds";
        for (BaseRecurrentLayer.Builder<?> builder : List.of(new LSTM.Builder(), new SimpleRnn.Builder())) {
            builder.nOut(UNITS);
            builder.activation(Activation.RELU);
            Layer cell = builder.build();
            assertThat(logOf(() -> EpNetworks.from(withCell(cell)))).anyMatch(line -> line.endsWith(said));
            assertThat(logOf(() -> EpNetworks.from(withCell(new Bidirectional(cell)))))
                    .anyMatch(line -> line.endsWith(said));
        }
        assertThat(logOf(() -> EpNetworks.from(withCell(Kind.LSTM.layer(RNNFormat.NCW)))))
                .noneMatch(line -> line.contains("no bounds"));
    }

    @Test
    void aBatchThatIsRejectedForItsUnitsSaysSo() {
        EpMultiLayerNetwork network = EpNetworks.from(withCell(
                new SimpleRnn.Builder().nOut(UNITS).activation(Activation.CUBE).build()));
        Nd4j.getRandom().setSeed(1);
        DataSet long40 = new DataSet(Nd4j.randn(16, 2, 40), firstSign(16, 1).getLabels());

        assertThatThrownBy(() -> {
                    for (int i = 0; i < 10; i++) {
                        network.fit(long40);
                    }
                })
                .isInstanceOf(RejectedBatchException.class)
                .hasMessageEndingWith(
                        "Standardise the features, or look for extreme values among them; recurrent layers"
                                + " need an activation with bounds, such as tanh");
    }

    @Test
    void whatIsNotThereIsRefusedByName() {
        assertThatThrownBy(() -> EpNetworks.from(new NeuralNetConfiguration.Builder()
                        .list()
                        .layer(new LastTimeStep(new SimpleRnn.Builder()
                                .nIn(2)
                                .nOut(3)
                                .hasLayerNorm(true)
                                .build()))
                        .layer(new OutputLayer.Builder(LossFunction.MSE)
                                .activation(Activation.IDENTITY)
                                .nIn(3)
                                .nOut(1)
                                .build())
                        .build()))
                .hasMessageContaining("layer normalization has no moments here; set hasLayerNorm(false)");
        EpMultiLayerNetwork network = EpNetworks.from(definition(Kind.LSTM, RNNFormat.NCW));
        assertThatThrownBy(network::toCompact).hasMessageContaining("(index 0, LSTM): only dense, output, activation");
    }
}
