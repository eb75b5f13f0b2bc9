package io.github.dl4jep.benchmarks;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.network.EpPredictor;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.evaluation.classification.ROC;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Are images that are no digits told from digits by the uncertainty of a network that was trained on digits? Prints the area under
 * the ROC curve of each measure of uncertainty: the probability that a random foreign image is more uncertain than a random digit.
 */
@Command(
        name = "out-of-distribution",
        mixinStandardHelpOptions = true,
        description = "Entropy of MNIST's test digits against noise images and inverted digits, for EP and Adam.")
public final class OutOfDistribution implements Callable<Integer> {

    @Option(names = "--data-dir", defaultValue = "../shared/data", description = "folder that holds mnist/")
    private Path dataDir = Path.of("../shared/data");

    @Option(names = "--net", defaultValue = "mlp:500,500", description = "network, as in dl4j-ep compare")
    private String net = "mlp:500,500";

    @Option(names = "--batch", defaultValue = "128", description = "rows in a batch")
    private int batch = 128;

    @Option(names = "--passes", defaultValue = "2", description = "passes of each trainer")
    private int passes = 2;

    @Option(names = "--seed", defaultValue = "1", description = "of weights, batches and noise")
    private long seed = 1;

    /**
     * Trains and prints.
     *
     * @param args options; see --help
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new OutOfDistribution()).execute(args));
    }

    @Override
    public Integer call() {
        DigitTraining training = DigitTraining.of(dataDir, net, batch, seed);
        EpMultiLayerNetwork ep = EpNetworks.from(training.definition());
        MultiLayerNetwork adam = training.adam();
        for (int pass = 1; pass <= passes; pass++) {
            training.pass(ep, pass);
            training.pass(adam, pass);
        }
        INDArray digits = training.split().test().getFeatures();
        INDArray noise = noise(digits);
        INDArray inverted = inverted(digits);
        for (Measure measure : measures(ep, adam)) {
            INDArray ordinary = measure.of().apply(digits);
            System.out.printf(
                    Locale.ROOT,
                    "%-24s median on digits %.4f; noise: %s; inverted digits: %s%n",
                    measure.name(),
                    median(ordinary),
                    separation(ordinary, measure.of().apply(noise)),
                    separation(ordinary, measure.of().apply(inverted)));
        }
        return 0;
    }

    /** A number for every image, the larger the less certain the network. */
    private record Measure(String name, Function<INDArray, INDArray> of) {}

    private static List<Measure> measures(EpMultiLayerNetwork ep, MultiLayerNetwork adam) {
        EpPredictor predictor = ep.predictor();
        return List.of(
                new Measure("EP, entropy", images -> predictor.predict(images).entropy()),
                new Measure(
                        "EP, epistemic variance",
                        images -> predictor.predict(images).epistemicVariance().mean(1)),
                new Measure("Adam, softmax entropy", images -> entropy(adam.output(images))));
    }

    /** Every pixel uniform between the darkest and the brightest of the digits. */
    private INDArray noise(INDArray digits) {
        Nd4j.getRandom().setSeed(seed);
        double low = digits.minNumber().doubleValue();
        double high = digits.maxNumber().doubleValue();
        return Nd4j.rand(DataType.FLOAT, digits.shape()).muli(high - low).addi(low);
    }

    private static INDArray inverted(INDArray digits) {
        double low = digits.minNumber().doubleValue();
        double high = digits.maxNumber().doubleValue();
        return digits.rsub(low + high);
    }

    /** In nats; a probability that has underflowed adds nothing. */
    private static INDArray entropy(INDArray probabilities) {
        INDArray p = probabilities.castTo(DataType.DOUBLE);
        return p.mul(Transforms.log(p.add(Double.MIN_NORMAL), true)).sum(1).negi();
    }

    private static String separation(INDArray ordinary, INDArray foreign) {
        return String.format(Locale.ROOT, "median %.4f, area under ROC %.4f", median(foreign), area(ordinary, foreign));
    }

    private static double median(INDArray values) {
        return values.medianNumber().doubleValue();
    }

    /** By DL4J, exactly: every value is a threshold. It wants numbers in [0, 1), and the area depends on their order alone. */
    private static double area(INDArray ordinary, INDArray foreign) {
        INDArray scores = Nd4j.concat(0, column(ordinary), column(foreign));
        INDArray labels = Nd4j.concat(
                0, Nd4j.zeros(DataType.DOUBLE, ordinary.length(), 1), Nd4j.ones(DataType.DOUBLE, foreign.length(), 1));
        ROC roc = new ROC(0);
        roc.eval(labels, scores.div(scores.add(1)));
        return roc.calculateAUC();
    }

    private static INDArray column(INDArray values) {
        return values.castTo(DataType.DOUBLE).reshape(values.length(), 1);
    }
}
