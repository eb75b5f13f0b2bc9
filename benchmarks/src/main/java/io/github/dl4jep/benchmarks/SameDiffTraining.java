package io.github.dl4jep.benchmarks;

import io.github.dl4jep.cli.data.source.DataRequest;
import io.github.dl4jep.cli.data.source.DataSources;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.definition.NetworkDefinition;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.samediff.EpSameDiff;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.learning.config.Adam;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A SameDiff graph of 784-500-500-10 and its DL4J twin, trained by EP in turn in one process, a slice of a pass each. */
@Command(
        name = "samediff-training",
        mixinStandardHelpOptions = true,
        description = "Time of EP on a SameDiff graph against EP on its DL4J twin.")
public final class SameDiffTraining implements Callable<Integer> {

    private static final int WARM_UP = 2;

    @Option(names = "--data-dir", defaultValue = "../shared/data", description = "folder that holds mnist/")
    private Path dataDir = Path.of("../shared/data");

    @Option(names = "--batch", defaultValue = "128", description = "rows in a batch")
    private int batch = 128;

    @Option(names = "--rounds", defaultValue = "8", description = "turns of each")
    private int rounds = 8;

    @Option(names = "--batches", defaultValue = "60", description = "batches in a turn")
    private int batches = 60;

    /**
     * Runs the benchmark.
     *
     * @param args options; see --help
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new SameDiffTraining()).execute(args));
    }

    @Override
    public Integer call() {
        Split split = DataSources.open(new DataRequest("mnist", dataDir, null, null, 0.2, 1))
                .split(0);
        EpMultiLayerNetwork twin = EpNetworks.from(
                NetworkDefinition.of("mlp:500,500", split.shape(), 1).configuration());
        EpSameDiff graph = EpSameDiff.of(graph(), EpOptions.defaults(), 1);
        DataSet slice = (DataSet) split.train().getRange(0, batch * batches);
        double[] ofTwin = new double[rounds];
        double[] ofGraph = new double[rounds];
        for (int round = -WARM_UP; round < rounds; round++) {
            double first = seconds(() -> twin.fit(new ViewIterator(slice, batch)));
            double second = seconds(() -> graph.fit(new ViewIterator(slice, batch), 1));
            if (round >= 0) {
                ofTwin[round] = first;
                ofGraph[round] = second;
            }
        }
        double[] ratios = new double[rounds];
        Arrays.setAll(ratios, round -> ofGraph[round] / ofTwin[round]);
        System.out.printf(
                Locale.ROOT,
                "%d batches of %d: DL4J %.2f s, SameDiff %.2f s, median ratio %.3f (%.3f to %.3f)%n",
                batches,
                batch,
                median(ofTwin),
                median(ofGraph),
                median(ratios),
                Arrays.stream(ratios).min().orElse(0),
                Arrays.stream(ratios).max().orElse(0));
        return 0;
    }

    private static SameDiff graph() {
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder("input", DataType.FLOAT, -1, 784);
        SDVariable label = sd.placeHolder("label", DataType.FLOAT, -1, 10);
        SDVariable first = sd.nn.relu(linear(sd, input, 0, 784, 500), 0);
        SDVariable second = sd.nn.relu(linear(sd, first, 1, 500, 500), 0);
        sd.loss.softmaxCrossEntropy("loss", label, linear(sd, second, 2, 500, 10), null);
        sd.setTrainingConfig(TrainingConfig.builder()
                .updater(new Adam())
                .dataSetFeatureMapping("input")
                .dataSetLabelMapping("label")
                .build());
        return sd;
    }

    private static SDVariable linear(SameDiff sd, SDVariable input, int number, int nIn, int nOut) {
        return input.mmul(sd.var("w" + number, DataType.FLOAT, nIn, nOut))
                .add(sd.var("b" + number, DataType.FLOAT, nOut));
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
