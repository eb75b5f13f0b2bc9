package io.github.dl4jep.benchmarks;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.ZooDefinitions;
import io.github.dl4jep.network.MemoryEstimate;
import io.github.dl4jep.zoo.ZooModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.memory.NetworkMemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * One row of the table in {@code docs/zoo.md}: converts a model of DL4J's zoo, learns two batches of random images, of which the
 * second is timed, and predicts one.
 *
 * <p>Arguments: name, height and width, batch, channels, for example {@code ResNet50 224 2 3}. One model in each JVM, because the
 * peak of memory is that of the process.
 */
public final class ZooTable {

    private static final int CLASSES = 10;
    private static final double MEGABYTE = 1 << 20;

    private ZooTable() {}

    /**
     * Measures a model.
     *
     * @param args name, size, batch and channels
     * @throws IOException if the process's peak of memory cannot be read
     */
    public static void main(String[] args) throws IOException {
        int size = Integer.parseInt(args[1]);
        int batch = Integer.parseInt(args[2]);
        int channels = Integer.parseInt(args[3]);
        NeuralNetwork network;
        try {
            network = ZooDefinitions.<NeuralNetwork>of(
                    ZooModels.named(args[0], new int[] {channels, size, size}, CLASSES),
                    conf -> EpNetworks.from(withOutput(conf)),
                    EpNetworks::from);
        } catch (DL4JInvalidConfigException e) {
            System.out.println(args[0] + ": " + e.getMessage());
            return;
        }
        MemoryEstimate estimate =
                MemoryEstimate.of(report(network, InputType.convolutional(size, size, channels)), DataType.FLOAT);
        INDArray images = Nd4j.randn(DataType.FLOAT, batch, channels, size, size);
        INDArray once = output(network, images);
        DataSet rows = new DataSet(images, labels(once));
        network.fit(rows);
        double fit = seconds(() -> network.fit(rows));
        double predict = seconds(() -> output(network, images));
        boolean finite = Double.isFinite(output(network, images).sumNumber().doubleValue());
        System.out.printf(
                Locale.ROOT,
                "| %s | %d x %d x %d, batch %d | %,d | %,.0f | %,.0f | %.1f | %.1f |%s%n",
                args[0],
                size,
                size,
                channels,
                batch,
                parameters(network),
                estimate.bytes(batch) / MEGABYTE,
                peak() / MEGABYTE,
                fit,
                predict,
                finite ? "" : " NOT FINITE");
    }

    /** SimpleCNN ends in a softmax. */
    private static MultiLayerConfiguration withOutput(MultiLayerConfiguration conf) {
        boolean open = conf.getConf(conf.getConfs().size() - 1).getLayer() instanceof ActivationLayer;
        return open ? EpNetworks.withOutput(conf) : conf;
    }

    /** One-hot in the classes, whatever the shape of the output. */
    private static INDArray labels(INDArray output) {
        INDArray labels = Nd4j.zeros(DataType.FLOAT, output.shape());
        labels.get(NDArrayIndex.all(), NDArrayIndex.point(0)).assign(1);
        return labels;
    }

    private static INDArray output(NeuralNetwork network, INDArray images) {
        return network instanceof MultiLayerNetwork layers
                ? layers.output(images)
                : ((ComputationGraph) network).outputSingle(images);
    }

    private static NetworkMemoryReport report(NeuralNetwork network, InputType type) {
        return network instanceof MultiLayerNetwork layers
                ? layers.getLayerWiseConfigurations().getMemoryReport(type)
                : ((ComputationGraph) network).getConfiguration().getMemoryReport(type);
    }

    /** Of the EP network: posteriors of weights, and what normalization and likelihood learn. */
    private static long parameters(NeuralNetwork network) {
        return network.params().length();
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    /** Largest resident memory of this process, in bytes, as Linux counts it. */
    private static double peak() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }
}
