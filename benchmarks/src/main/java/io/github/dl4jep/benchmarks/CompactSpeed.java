package io.github.dl4jep.benchmarks;

import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.cli.data.source.DataRequest;
import io.github.dl4jep.cli.data.source.DataSource;
import io.github.dl4jep.cli.data.source.DataSources;
import io.github.dl4jep.compact.CompactNetwork;
import io.github.dl4jep.compact.PackedSpikes;
import io.github.dl4jep.stock.CompactExport;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Classified inputs a second on 784-501-501-10 with Heaviside units and discrete weights: the DL4J point network and the
 * bit-packed reader in turn, on the calling thread. Both must give the same classes, or nothing is measured. The time is that of
 * the thread, which on a busy machine is steadier than the clock's; it needs {@code
 * OMP_NUM_THREADS=1}.
 */
@Command(name = "compact-speed", mixinStandardHelpOptions = true, description = "Bit-packed reader against DL4J.")
public final class CompactSpeed implements Callable<Integer> {

    private static final int INPUTS = 784;
    private static final int ROWS = 10_000;

    @Option(names = "--rounds", defaultValue = "12", description = "turns of each variant; the first third warms up")
    private int rounds = 12;

    @Option(names = "--batch", defaultValue = "1000", description = "rows of one call of DL4J's output")
    private int batch = 1000;

    @Option(names = "--values", defaultValue = "2", description = "values of a weight: 2 (binary) or 3 (ternary)")
    private int values = 2;

    @Option(names = "--type", defaultValue = "FLOAT", description = "data type of the DL4J network: FLOAT or DOUBLE")
    private DataType type = DataType.FLOAT;

    @Option(names = "--data", description = "folder with mnist/ in it; without it, random inputs")
    private @Nullable Path data;

    private final Random random = new Random(1);

    /**
     * Runs the benchmark.
     *
     * @param args options; see --help
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new CompactSpeed()).execute(args));
    }

    @Override
    public Integer call() {
        if (!"1".equals(System.getenv("OMP_NUM_THREADS"))) {
            throw new IllegalStateException("OMP_NUM_THREADS is " + System.getenv("OMP_NUM_THREADS")
                    + ", needed is 1: only the time of the calling thread is measured");
        }
        MultiLayerNetwork point = network();
        CompactNetwork compact = CompactExport.of(point);
        float[][] spikes = inputs(1);
        float[][] grey = inputs(256);
        PackedSpikes packed = PackedSpikes.of(spikes);
        INDArray spikeArray = Nd4j.createFromArray(spikes).castTo(type);
        INDArray greyArray = Nd4j.createFromArray(grey).castTo(type);
        check(classes(point, spikeArray), compact.classify(packed));
        check(classes(point, greyArray), compact.classify(grey));
        String[] names = {"dl4j", "packed", "spikes", "dl4jGrey", "grey"};
        Turns[] turns = measure(
                () -> classes(point, spikeArray),
                () -> compact.classify(packed),
                () -> compact.classify(spikes),
                () -> classes(point, greyArray),
                () -> compact.classify(grey));
        for (int i = 0; i < names.length; i++) {
            turns[i].report(names[i], turns[i < 3 ? 0 : 3]);
        }
        return 0;
    }

    /** Every variant once in each round; only the rounds after the warm-up count. */
    @SafeVarargs
    private Turns[] measure(Supplier<int[]>... variants) {
        int warmUp = rounds / 3;
        Turns[] turns = new Turns[variants.length];
        Arrays.setAll(turns, i -> new Turns(new double[rounds - warmUp], new double[rounds - warmUp]));
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < variants.length; i++) {
                long clock = System.nanoTime();
                long thread = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
                int rows = variants[i].get().length;
                if (round >= warmUp) {
                    turns[i].thread[round - warmUp] =
                            (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - thread) / 1e9 / rows;
                    turns[i].clock[round - warmUp] = (System.nanoTime() - clock) / 1e9 / rows;
                }
            }
        }
        return turns;
    }

    /** Seconds of one row in each round, of the thread and of the clock. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Turns(double[] thread, double[] clock) {

        void report(String name, Turns baseline) {
            double[] ratios = ratios(baseline.thread, thread);
            System.out.printf(
                    Locale.ROOT,
                    "{\"variant\": \"%s\", \"perSecond\": %.0f, \"timesDl4j\": %.2f, \"from\": %.2f, \"to\": %.2f,"
                            + " \"timesDl4jByClock\": %.2f}%n",
                    name,
                    1 / median(thread.clone()),
                    median(ratios),
                    ratios[0],
                    ratios[ratios.length - 1],
                    median(ratios(baseline.clock, clock)));
        }

        private static double[] ratios(double[] baseline, double[] seconds) {
            double[] ratios = new double[seconds.length];
            Arrays.setAll(ratios, i -> baseline[i] / seconds[i]);
            return ratios;
        }

        private static double median(double[] values) {
            Arrays.sort(values);
            return values[values.length / 2];
        }
    }

    private int[] classes(MultiLayerNetwork network, INDArray features) {
        int[] classes = new int[ROWS];
        for (int from = 0; from < ROWS; from += batch) {
            int to = Math.min(from + batch, ROWS);
            INDArray output = network.output(features.get(NDArrayIndex.interval(from, to), NDArrayIndex.all()));
            System.arraycopy(output.argMax(1).toIntVector(), 0, classes, from, to - from);
        }
        return classes;
    }

    private static void check(int[] expected, int[] actual) {
        int different = 0;
        for (int i = 0; i < expected.length; i++) {
            different += expected[i] == actual[i] ? 0 : 1;
        }
        if (different > 0) {
            throw new IllegalStateException(different + " of " + ROWS + " classes differ from DL4J's");
        }
    }

    /** One in five is above 0, a multiple of 1 / levels: for a power of two, sums are exact in floats, too. */
    private float[][] inputs(int levels) {
        if (data != null) {
            return digits(data, levels);
        }
        float[][] rows = new float[ROWS][INPUTS];
        for (float[] row : rows) {
            for (int i = 0; i < INPUTS; i++) {
                row[i] = random.nextInt(5) == 0 ? (1 + random.nextInt(levels)) / (float) levels : 0;
            }
        }
        return rows;
    }

    /** The test digits, above half of white as 1, or in steps of 1 / 256. */
    private static float[][] digits(Path folder, int levels) {
        DataSource source = DataSources.open(new DataRequest("mnist", folder, null, null, 0.1, 1));
        float[][] rows = source.split(0).test().getFeatures().toFloatMatrix();
        for (float[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                long pixel = Math.round(255 * (row[i] * 0.3081 + 0.1307));
                row[i] = levels == 1 ? (pixel >= 128 ? 1 : 0) : pixel / 256f;
            }
        }
        return rows;
    }

    private MultiLayerNetwork network() {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(type)
                .activation(new ActivationHeaviside())
                .list()
                .layer(new DenseLayer.Builder().nIn(INPUTS).nOut(501).build())
                .layer(new DenseLayer.Builder().nIn(501).nOut(501).build())
                .layer(new OutputLayer.Builder()
                        .nIn(501)
                        .nOut(10)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        network.init();
        for (int layer = 0; layer < 3; layer++) {
            INDArray weights = network.getParam(layer + "_W");
            for (long i = 0; i < weights.length(); i++) {
                int sign = values == 2 ? 2 * random.nextInt(2) - 1 : random.nextInt(3) - 1;
                weights.putScalar(i, sign * 0.0625);
            }
        }
        network.setParam("2_b", Nd4j.linspace(-0.01, 0.01, 10, type).reshape(1, 10));
        return network;
    }
}
