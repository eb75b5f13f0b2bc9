package io.github.dl4jep.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.core.storage.Persistable;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.ui.model.stats.StatsListener;
import org.deeplearning4j.ui.model.stats.api.Histogram;
import org.deeplearning4j.ui.model.stats.api.StatsReport;
import org.deeplearning4j.ui.model.stats.api.StatsType;
import org.deeplearning4j.ui.model.stats.impl.DefaultStatsUpdateConfiguration;
import org.deeplearning4j.ui.model.storage.FileStatsStorage;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.ops.transforms.Transforms;

/** What DL4J's StatsListener writes down of an EP network, against the parameters before and after. */
class StatisticsTest {

    private static final String SESSION = "flowers";

    @TempDir
    private Path folder;

    private final DataSet data = Flowers.data(150, 1);

    private static List<StatsReport> reports(StatsStorage storage) {
        String worker = storage.listWorkerIDsForSession(SESSION).get(0);
        return storage.getAllUpdatesAfter(SESSION, StatsListener.TYPE_ID, worker, 0).stream()
                .map(StatsReport.class::cast)
                .toList();
    }

    private static StatsListener everything(StatsStorage storage) {
        return new StatsListener(
                storage,
                null,
                new DefaultStatsUpdateConfiguration.Builder()
                        .reportingFrequency(1)
                        .collectHistogramsParameters(true)
                        .collectHistogramsUpdates(true)
                        .collectHistogramsActivations(true)
                        .collectStdevUpdates(true)
                        .build(),
                SESSION,
                "worker");
    }

    private static double meanMagnitude(INDArray array) {
        return array.castTo(DataType.DOUBLE).norm1Number().doubleValue() / array.length();
    }

    @Test
    void histogramsAndRatiosAreThoseOfTheWeights() {
        EpMultiLayerNetwork network = EpNetworks.from(Flowers.layers());
        StatsStorage storage = new InMemoryStatsStorage();
        network.setListeners(everything(storage));
        network.fit(Flowers.batches(data));
        INDArray before = network.getParam("0_WAveragedMean").dup();
        INDArray hidden = network.feedForward(data.getFeatures(), false).get(1);

        network.fit(data);

        INDArray after = network.getParam("0_WAveragedMean");
        List<StatsReport> reports = reports(storage);
        assertThat(reports).hasSize(6);
        StatsReport last = reports.get(5);
        assertThat(last.getScore()).isCloseTo(network.score(), within(1e-9));
        double size = last.getMeanMagnitudes(StatsType.Parameters).get("0_W");
        double step = last.getMeanMagnitudes(StatsType.Updates).get("0_W");
        assertThat(size).isCloseTo(meanMagnitude(after), within(1e-6));
        assertThat(step).isCloseTo(meanMagnitude(after.sub(before)), within(1e-6));
        assertThat(step / size).as("update : parameter").isBetween(1e-4, 0.5);
        assertThat(last.getMeanMagnitudes(StatsType.Parameters).get("0_WDeviation"))
                .isCloseTo(meanMagnitude(Transforms.pow(network.getParam("0_WPrecision"), -0.5)), within(1e-6));
        requireHistogram(last.getHistograms(StatsType.Parameters).get("0_W"), after);
        requireHistogram(last.getHistograms(StatsType.Updates).get("0_W"), after.sub(before));
        requireHistogram(last.getHistograms(StatsType.Activations).get("0"), hidden);
        assertThat(last.getMeanMagnitudes(StatsType.Updates).get("0_WPrecision"))
                .isPositive();
        assertThat(last.getStdev(StatsType.Activations).get("0"))
                .isCloseTo(hidden.stdNumber().doubleValue(), within(1e-5));
    }

    /** The counts of equal bins between the extremes, counted again. */
    private static void requireHistogram(Histogram histogram, INDArray values) {
        double[] sorted = values.ravel().toDoubleVector();
        double min = values.minNumber().doubleValue();
        double max = values.maxNumber().doubleValue();
        int[] counts = new int[histogram.getNBins()];
        for (double value : sorted) {
            counts[(int) Math.min(counts.length - 1, (value - min) / (max - min) * counts.length)]++;
        }
        assertThat(histogram.getMin()).isCloseTo(min, within(1e-6));
        assertThat(histogram.getMax()).isCloseTo(max, within(1e-6));
        int moved = 0;
        for (int i = 0; i < counts.length; i++) {
            moved += Math.abs(counts[i] - histogram.getBinCounts()[i]);
        }
        assertThat(moved)
                .as("values on an edge may be rounded into the bin beside")
                .isLessThanOrEqualTo(4);
    }

    @Test
    void graphsAreNamedByTheirVertices() {
        EpComputationGraph graph = EpNetworks.from(Flowers.graph());
        StatsStorage storage = new InMemoryStatsStorage();
        graph.setListeners(everything(storage));

        graph.fit(Flowers.batches(data), 2);

        StatsReport last = reports(storage).get(9);
        INDArray weights = graph.getParam("hidden_WAveragedMean");
        assertThat(last.getMeanMagnitudes(StatsType.Parameters).get("hidden_W"))
                .isCloseTo(meanMagnitude(weights), within(1e-6));
        assertThat(last.getMeanMagnitudes(StatsType.Updates).get("species_W")).isPositive();
        assertThat(last.getMean(StatsType.Activations)).containsKey("hidden");
    }

    @Test
    void aFileKeepsTheSameReports() throws Exception {
        File file = folder.resolve("stats.dl4j").toFile();
        EpMultiLayerNetwork network = EpNetworks.from(Flowers.layers());
        StatsStorage memory = new InMemoryStatsStorage();
        StatsStorage written = new FileStatsStorage(file);
        network.setListeners(everything(memory), everything(written));
        network.fit(Flowers.batches(data), 2);
        written.close();

        StatsStorage read = new FileStatsStorage(file);
        List<Map<String, Double>> expected = magnitudes(memory);
        assertThat(magnitudes(read)).hasSize(10).isEqualTo(expected);
        Persistable model = read.getStaticInfo(SESSION, StatsListener.TYPE_ID, "worker");
        assertThat(model).isNotNull();
        read.close();
    }

    private static List<Map<String, Double>> magnitudes(StatsStorage storage) {
        return reports(storage).stream()
                .map(report -> report.getMeanMagnitudes(StatsType.Updates))
                .toList();
    }
}
