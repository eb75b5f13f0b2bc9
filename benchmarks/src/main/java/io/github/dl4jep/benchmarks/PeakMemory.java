package io.github.dl4jep.benchmarks;

import io.github.dl4jep.convert.EpNetworks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Peak memory of one trainer on 784-500-500-10: the process's peak before the network exists and after it was trained on random
 * batches. Run it once for each trainer, in a process of its own, and compare what training added (Linux only).
 */
@Command(name = "peak-memory", mixinStandardHelpOptions = true, description = "Peak memory that training adds, in MiB.")
public final class PeakMemory implements Callable<Integer> {

    private static final int BATCHES = 100;
    private static final int ROWS = 128;

    @Option(names = "--trainer", defaultValue = "ep", description = "ep or adam")
    private String trainer = "ep";

    /**
     * Runs the benchmark.
     *
     * @param args options; see --help
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new PeakMemory()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        List<DataSet> data = randomBatches();
        Nd4j.gemm(data.get(0).getFeatures(), data.get(1).getFeatures(), false, true);
        double before = peakMebibytes();
        MultiLayerNetwork network = "adam".equals(trainer) ? adam() : EpNetworks.from(definition());
        for (int pass = 0; pass < 3; pass++) {
            network.fit(new ExistingDataSetIterator(data));
        }
        double after = peakMebibytes();
        System.out.printf(
                Locale.ROOT,
                "{\"trainer\": \"%s\", \"beforeMiB\": %.0f, \"addedMiB\": %.0f}%n",
                trainer,
                before,
                after - before);
        return 0;
    }

    private static MultiLayerNetwork adam() {
        MultiLayerNetwork network = new MultiLayerNetwork(definition());
        network.init();
        return network;
    }

    private static MultiLayerConfiguration definition() {
        return new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(1e-3))
                .activation(Activation.RELU)
                .list()
                .layer(new DenseLayer.Builder().nIn(784).nOut(500).build())
                .layer(new DenseLayer.Builder().nIn(500).nOut(500).build())
                .layer(new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                        .nIn(500)
                        .nOut(10)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build();
    }

    private static List<DataSet> randomBatches() {
        List<DataSet> batches = new ArrayList<>();
        for (int i = 0; i < BATCHES; i++) {
            INDArray labels = Nd4j.zeros(ROWS, 10);
            for (int row = 0; row < ROWS; row++) {
                labels.putScalar(row, (row * 7 + i) % 10, 1);
            }
            batches.add(new DataSet(Nd4j.randn(ROWS, 784), labels));
        }
        return batches;
    }

    /** The peak of the process's resident memory so far, from Linux's own accounting. */
    private static double peakMebibytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
            }
        }
        throw new IOException("no VmHWM in /proc/self/status");
    }
}
