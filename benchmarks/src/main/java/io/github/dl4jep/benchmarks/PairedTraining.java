package io.github.dl4jep.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.cli.data.source.DataRequest;
import io.github.dl4jep.cli.data.source.DataSources;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.definition.NetworkDefinition;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.network.EpPredictor;
import io.github.dl4jep.weight.BinaryPrior;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Trains EP, EP with Heaviside units and binary weights, and DL4J's Adam in turn in one process, a slice of a pass each, with the
 * bare matrix products between, so that a machine that is slow for a while is slow for all. Then lets EP's network, its frozen predictor and
 * Adam's network predict in turn, and trains both on to compare time to equal error.
 */
@Command(
        name = "paired-training",
        mixinStandardHelpOptions = true,
        description =
                "EP against Adam, spiking EP and the bare matrix products, training and predicting; writes a JSON result.")
public final class PairedTraining implements Callable<Integer> {

    private static final int ADAM_PASSES = 5;
    private static final int EVALUATION_ROWS = 1000;
    private static final int EVALUATIONS_PER_PASS = 4;
    /** Rows predicted at once, and calls in a turn. */
    private static final int[][] PREDICTIONS = {{1, 200}, {1000, 5}};

    @Option(names = "--data-dir", defaultValue = "../shared/data", description = "folder that holds mnist/")
    private Path dataDir = Path.of("../shared/data");

    @Option(names = "--net", defaultValue = "mlp:500,500", description = "network, as in dl4j-ep compare")
    private String net = "mlp:500,500";

    @Option(names = "--batch", defaultValue = "128", description = "rows in a batch")
    private int batch = 128;

    @Option(names = "--rounds", defaultValue = "12", description = "turns of each")
    private int rounds = 12;

    @Option(names = "--batches", defaultValue = "100", description = "batches in a turn")
    private int batches = 100;

    @Option(names = "--time-to-error", description = "also train to Adam's error after five passes")
    private boolean timeToError;

    @Option(names = "--out", defaultValue = "target/paired-training.json", description = "result file")
    private Path out = Path.of("target/paired-training.json");

    /**
     * Runs the benchmark.
     *
     * @param args options; see --help
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new PairedTraining()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Split split = DataSources.open(new DataRequest("mnist", dataDir, null, null, 0.2, 1))
                .split(0);
        MultiLayerConfiguration definition =
                NetworkDefinition.of(net, split.shape(), 1).configuration();
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("network", net);
        result.put("batch", batch);
        result.put("threads", System.getenv().getOrDefault("OMP_NUM_THREADS", "all cores"));
        result.put("speed", speed(split, definition));
        if (timeToError) {
            result.put("timeToError", timeToAdamsError(split, definition));
        }
        String json =
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(result);
        Path parent = out.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.writeString(out, json);
        System.out.println(json);
        return 0;
    }

    private Map<String, Object> speed(Split split, MultiLayerConfiguration definition) {
        EpMultiLayerNetwork ep = EpNetworks.from(definition);
        EpMultiLayerNetwork spiking = EpNetworks.from(
                definition,
                EpOptions.builder()
                        .hiddenActivation(new ActivationHeaviside())
                        .weightPrior(new BinaryPrior())
                        .build());
        MultiLayerNetwork adam = adam(definition);
        List<DataSet> slice = shuffled(split.train(), batch, 1).subList(0, batches);
        BareProducts products = BareProducts.of(ep, slice.get(0).getFeatures());
        double[][] seconds = new double[4][rounds];
        long[] allocated = new long[rounds];
        for (int round = -2; round < rounds; round++) {
            long before = allocatedBytes();
            double epSeconds = seconds(() -> ep.fit(new ExistingDataSetIterator(slice)));
            long after = allocatedBytes();
            double spikingSeconds = seconds(() -> spiking.fit(new ExistingDataSetIterator(slice)));
            double adamSeconds = seconds(() -> adam.fit(new ExistingDataSetIterator(slice)));
            double productSeconds = seconds(() -> IntStream.range(0, batches).forEach(i -> products.run()));
            if (round >= 0) {
                seconds[0][round] = epSeconds;
                allocated[round] = after - before;
                seconds[1][round] = adamSeconds;
                seconds[2][round] = productSeconds;
                seconds[3][round] = spikingSeconds;
            }
        }
        Map<String, Object> speed = new LinkedHashMap<>();
        speed.put(
                "millisecondsPerBatch",
                Map.of(
                        "ep", perBatch(seconds[0]),
                        "adam", perBatch(seconds[1]),
                        "products", perBatch(seconds[2]),
                        "epHeavisideBinary", perBatch(seconds[3])));
        speed.put("epToAdam", summary(ratios(seconds[0], seconds[1])));
        speed.put("epToProducts", summary(ratios(seconds[0], seconds[2])));
        speed.put("epHeavisideBinaryToEp", summary(ratios(seconds[3], seconds[0])));
        speed.put(
                "epMegabytesOfJavaArraysPerBatch",
                Arrays.stream(allocated).average().orElseThrow() / batches / (1 << 20));
        for (int[] rowsAndCalls : PREDICTIONS) {
            INDArray rows = split.test().getFeatures().get(NDArrayIndex.interval(0, rowsAndCalls[0]));
            speed.put("rowsPredicted" + rowsAndCalls[0], predictions(ep, adam, rows, rowsAndCalls[1]));
        }
        return speed;
    }

    /** Of this thread, which trains. */
    private static long allocatedBytes() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private Map<String, Object> predictions(EpMultiLayerNetwork ep, MultiLayerNetwork stock, INDArray rows, int calls) {
        EpPredictor frozen = ep.predictor().frozen();
        double[][] seconds = new double[3][rounds];
        for (int round = -2; round < rounds; round++) {
            double ofOutput = seconds(() -> IntStream.range(0, calls).forEach(i -> ep.output(rows)));
            double ofFrozen = seconds(() -> IntStream.range(0, calls).forEach(i -> frozen.predict(rows)));
            double ofStock = seconds(() -> IntStream.range(0, calls).forEach(i -> stock.output(rows)));
            if (round >= 0) {
                seconds[0][round] = ofOutput;
                seconds[1][round] = ofFrozen;
                seconds[2][round] = ofStock;
            }
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("stockMilliseconds", median(seconds[2]) * 1000 / calls);
        result.put("outputToStock", summary(ratios(seconds[0], seconds[2])));
        result.put("frozenToStock", summary(ratios(seconds[1], seconds[2])));
        return result;
    }

    private Map<String, Object> timeToAdamsError(Split split, MultiLayerConfiguration definition) {
        MultiLayerNetwork adam = adam(definition);
        double adamSeconds = 0;
        for (int pass = 0; pass < ADAM_PASSES; pass++) {
            List<DataSet> data = shuffled(split.train(), batch, pass + 1);
            adamSeconds += seconds(() -> adam.fit(new ExistingDataSetIterator(data)));
        }
        double goal = error(adam, split.test());
        EpMultiLayerNetwork ep = EpNetworks.from(definition);
        double epSeconds = 0;
        double reached = 1;
        int evaluations = 0;
        while (reached > goal && evaluations < ADAM_PASSES * EVALUATIONS_PER_PASS) {
            int pass = evaluations / EVALUATIONS_PER_PASS;
            List<DataSet> all = shuffled(split.train(), batch, pass + 1);
            int part = evaluations % EVALUATIONS_PER_PASS;
            List<DataSet> data = all.subList(
                    all.size() * part / EVALUATIONS_PER_PASS, all.size() * (part + 1) / EVALUATIONS_PER_PASS);
            boolean endOfPass = part + 1 == EVALUATIONS_PER_PASS;
            epSeconds += seconds(() -> data.forEach(ep::fit));
            if (endOfPass) {
                ep.incrementEpochCount();
            }
            evaluations++;
            reached = error(ep, split.test());
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("adamErrorAfterFivePasses", goal);
        result.put("adamSeconds", adamSeconds);
        result.put("epError", reached);
        result.put("epPasses", evaluations / (double) EVALUATIONS_PER_PASS);
        result.put("epSeconds", epSeconds);
        result.put("epToAdam", epSeconds / adamSeconds);
        return result;
    }

    private static MultiLayerNetwork adam(MultiLayerConfiguration definition) {
        MultiLayerConfiguration copy = definition.clone();
        for (NeuralNetConfiguration conf : copy.getConfs()) {
            if (conf.getLayer() instanceof FeedForwardLayer layer) {
                layer.setIUpdater(new Adam(1e-3));
            }
        }
        MultiLayerNetwork network = new MultiLayerNetwork(copy);
        network.init();
        return network;
    }

    private static List<DataSet> shuffled(DataSet data, int batch, long seed) {
        int rows = data.numExamples();
        int[] order = IntStream.range(0, rows).toArray();
        Random random = new Random(seed);
        for (int i = rows - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        List<DataSet> batches = new ArrayList<>();
        for (int start = 0; start < rows; start += batch) {
            int[] part = Arrays.copyOfRange(order, start, Math.min(rows, start + batch));
            batches.add(new DataSet(
                    data.getFeatures().getRows(part), data.getLabels().getRows(part)));
        }
        return batches;
    }

    private static double error(MultiLayerNetwork network, DataSet test) {
        long wrong = 0;
        int rows = test.numExamples();
        for (int start = 0; start < rows; start += EVALUATION_ROWS) {
            int end = Math.min(rows, start + EVALUATION_ROWS);
            INDArray output = network.output(test.getFeatures().get(NDArrayIndex.interval(start, end)));
            INDArray labels = test.getLabels().get(NDArrayIndex.interval(start, end));
            wrong += output.argMax(1)
                    .neq(labels.argMax(1))
                    .castTo(output.dataType())
                    .sumNumber()
                    .longValue();
        }
        return (double) wrong / rows;
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private double perBatch(double[] seconds) {
        return median(seconds) * 1000 / batches;
    }

    private static double[] ratios(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] / b[i]).toArray();
    }

    private static Map<String, Object> summary(double[] ratios) {
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("median", median(ratios));
        summary.put("min", Arrays.stream(ratios).min().orElseThrow());
        summary.put("max", Arrays.stream(ratios).max().orElseThrow());
        return summary;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
