package io.github.dl4jep.newlayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.cli.inspect.LayerReport;
import io.github.dl4jep.cli.inspect.ModelReport;
import io.github.dl4jep.cli.model.SavedModel;
import io.github.dl4jep.conf.EpWeightConf;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.network.MemoryEstimate;
import io.github.dl4jep.params.NamedPosterior;
import io.github.dl4jep.params.PosteriorLayout;
import io.github.dl4jep.samediff.moment.MomentGraph;
import io.github.dl4jep.samediff.plan.GraphReading;
import io.github.dl4jep.samediff.plan.ImageLayout;
import io.github.dl4jep.type.DataFormats;
import io.github.dl4jep.type.LayerTypes;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.PrunedPrior;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Everything that a layer type takes part in, for one that is a descriptor and one registration line. */
class NewLayerTest {

    private static final int INPUTS = 8;

    @BeforeAll
    static void register() {
        LayerTypes.register(new PairType());
    }

    private static OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .name("out")
                .nIn(12)
                .nOut(2)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static MultiLayerConfiguration definition() {
        return new NeuralNetConfiguration.Builder()
                .list()
                .layer(new PairLayer("pairs", INPUTS, 12))
                .layer(output())
                .build();
    }

    /** Two classes: on which side of a plane the first two inputs are. */
    private static DataSet data(int rows, long seed) {
        Nd4j.getRandom().setSeed(seed);
        INDArray features = Nd4j.randn(DataType.FLOAT, rows, INPUTS);
        INDArray labels = Nd4j.zeros(DataType.FLOAT, rows, 2);
        for (int i = 0; i < rows; i++) {
            labels.putScalar(i, features.getDouble(i, 0) + 2 * features.getDouble(i, 1) > 0 ? 1 : 0, 1);
        }
        return new DataSet(features, labels);
    }

    private static EpMultiLayerNetwork trained() {
        EpMultiLayerNetwork network = EpNetworks.from(definition());
        for (DataSet batch : data(600, 1).batchBy(50)) {
            network.fit(batch);
        }
        return network;
    }

    @Test
    void itLearns() {
        DataSet fresh = data(300, 2);
        INDArray probabilities = trained().output(fresh.getFeatures());

        long right = probabilities
                .argMax(1)
                .eq(fresh.getLabels().argMax(1))
                .castTo(DataType.INT32)
                .sumNumber()
                .longValue();
        assertThat(right).isGreaterThan(270);
    }

    @Test
    void itCountsForTheDepthOfThePrior() {
        NeuralNetConfiguration.ListBuilder layers =
                new NeuralNetConfiguration.Builder().list().layer(new PairLayer("first", INPUTS, 12));
        for (int i = 0; i < 8; i++) {
            layers.layer(new PairLayer("pairs" + i, 12, 12));
        }
        EpMultiLayerNetwork network = EpNetworks.from(layers.layer(output()).build());

        assertThat(((EpWeightConf) network.getLayer(0).conf().getLayer()).getWeightPrior())
                .isEqualTo(new GaussianPrior(0.2));
    }

    @Test
    void itsPosteriorIsReportedSavedAndLoaded(@TempDir Path folder) throws Exception {
        EpMultiLayerNetwork network = trained();
        File file = folder.resolve("pairs.zip").toFile();
        network.save(file);

        EpMultiLayerNetwork loaded = EpNetworks.load(file, EpMultiLayerNetwork.class);
        assertThat(loaded.params()).isEqualTo(network.params());
        assertThat(loaded.getLayerWiseConfigurations()).isEqualTo(network.getLayerWiseConfigurations());
        assertThat(network.paramTable(true)).containsKeys("0_W", "0_WDeviation", "0_b", "0_bDeviation");
        LayerReport report =
                ModelReport.of(SavedModel.read(file.toPath())).layers().get(0);
        assertThat(report.type()).isEqualTo("PairLayer");
        assertThat(report.shape()).isEqualTo("2x12");
        assertThat(report.unit()).isEqualTo("relu");
        assertThat(report.prior()).isEqualTo("gaussian(scale=0.5)");
        assertThat(report.weights()).isEqualTo(24);
        assertThat(report.biases()).isEqualTo(12);
    }

    @Test
    void itIsPruned() {
        EpMultiLayerNetwork pruned = trained().prune(0.5);
        double kept = 0;
        for (Layer layer : pruned.getLayers()) {
            for (NamedPosterior posterior : PosteriorLayout.of(layer)) {
                INDArray mask = posterior.parameters().get(PrunedPrior.KEPT);
                kept += mask == null || posterior.role() != NamedPosterior.Role.WEIGHTS
                        ? 0
                        : mask.sumNumber().doubleValue();
            }
        }
        assertThat(kept).isEqualTo((2 * 12 + 12 * 2) / 2);
    }

    @Test
    void itsFormatAndMemoryAreKnown() {
        EpMultiLayerNetwork network = EpNetworks.from(definition());

        assertThat(DataFormats.of(network.getLayer(0).conf().getLayer())).isEqualTo(ExampleFormat.CHANNELS_FIRST);
        MemoryEstimate estimate = MemoryEstimate.of(
                network.getLayerWiseConfigurations().getMemoryReport(InputType.feedForward(INPUTS)), DataType.FLOAT);
        assertThat(estimate.fixedBytes()).isGreaterThan(network.numParams() * 4);
        assertThat(estimate.bytesPerExample()).isGreaterThan((INPUTS + 12 + 2) * 4L);
    }

    @Test
    void itBecomesAStockLayerAgain() {
        EpMultiLayerNetwork network = trained();
        MultiLayerNetwork stock = network.toPointNetwork();
        INDArray x = data(20, 3).getFeatures();
        Layer own = network.getLayer(0);
        own.setInput(x, LayerWorkspaceMgr.noWorkspaces());
        INDArray expected = own.activate(false, LayerWorkspaceMgr.noWorkspaces());
        INDArray actual = stock.feedForward(x).get(1);

        assertThat(stock.getLayer(0).conf().getLayer()).isInstanceOf(PairLayer.class);
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isCloseTo(0, within(1e-5));
        assertThat(expected.amaxNumber().doubleValue()).isPositive();
    }

    @Test
    void theMomentGraphRefusesItByName() {
        ComputationGraphConfiguration definition = new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("pairs", new PairLayer("pairs", INPUTS, 12), "in")
                .addLayer("out", output(), "pairs")
                .setOutputs("out")
                .build();
        EpComputationGraph graph = EpNetworks.from(definition);
        SameDiff original = SameDiff.create();
        original.placeHolder("in", DataType.FLOAT, -1, INPUTS);
        GraphReading reading = new GraphReading(
                definition,
                List.of(new GraphReading.FeatureInput("in", 0, ImageLayout.CHANNELS_FIRST, ImageLayout.CHANNELS_FIRST)),
                List.of(),
                Map.of());

        assertThatThrownBy(() -> MomentGraph.of(original, graph, reading))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("\"pairs\": PairLayer has no moments in SameDiff's ops");
    }

    @Test
    void aTypeThatIsNotRegisteredIsRefused() {
        PairLayer unknown = new PairLayer("pairs", INPUTS, 12) {
            private static final long serialVersionUID = 1L;
        };
        assertThatThrownBy(() -> EpNetworks.from(new NeuralNetConfiguration.Builder()
                        .list()
                        .layer(unknown)
                        .layer(output())
                        .build()))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("there is no EP layer for the type");
    }
}
