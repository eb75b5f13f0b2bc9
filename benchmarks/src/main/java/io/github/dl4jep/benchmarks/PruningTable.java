package io.github.dl4jep.benchmarks;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The table of {@code docs/guide/pruning.md}: test error on MNIST against the part of the weights that is removed. */
@Command(
        name = "pruning-table",
        mixinStandardHelpOptions = true,
        description = "Test error on MNIST against the part of the weights that network.prune removes.")
public final class PruningTable implements Callable<Integer> {

    private static final double[] FRACTIONS = {0, .5, .7, .8, .9, .95, .98};

    private static final double[] STEPS = {.6, .8, .87, .9};

    @Option(names = "--data-dir", defaultValue = "../shared/data", description = "folder that holds mnist/")
    private Path dataDir = Path.of("../shared/data");

    @Option(names = "--net", defaultValue = "mlp:500,500", description = "network, as in dl4j-ep compare")
    private String net = "mlp:500,500";

    @Option(names = "--batch", defaultValue = "128", description = "rows in a batch")
    private int batch = 128;

    @Option(names = "--passes", defaultValue = "2", description = "passes before pruning")
    private int passes = 2;

    @Option(names = "--retrain", description = "also train every pruned network for one more pass")
    private boolean retrain;

    @Option(names = "--gradual", description = "also reach 90 % in four steps over a pass, and train on")
    private boolean gradual;

    @Option(names = "--criteria", description = "also rank the weights in other ways")
    private boolean criteria;

    @Option(names = "--seed", defaultValue = "1", description = "of weights and batches")
    private long seed = 1;

    /**
     * Trains, prunes and prints.
     *
     * @param args options; see --help
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new PruningTable()).execute(args));
    }

    @Override
    public Integer call() {
        DigitTraining training = DigitTraining.of(dataDir, net, batch, seed);
        EpMultiLayerNetwork network = EpNetworks.from(training.definition());
        for (int pass = 1; pass <= passes; pass++) {
            training.pass(network, pass);
        }
        System.out.println("removed  test error %  nll     point network error %"
                + (retrain ? "  after one more pass: error %  nll" : ""));
        for (double fraction : FRACTIONS) {
            EpMultiLayerNetwork pruned = network.prune(fraction);
            String row = String.format(
                    Locale.ROOT, "%5.2f    %s%s", fraction, figures(training, pruned), point(training, pruned));
            if (retrain) {
                training.pass(pruned, passes + 1);
                row += "  " + figures(training, pruned) + point(training, pruned);
            }
            System.out.println(row);
        }
        if (gradual) {
            printGradual(training, network);
        }
        if (criteria) {
            Arrays.stream(PruningCriterion.values()).forEach(criterion -> print(training, network, criterion));
        }
        return 0;
    }

    private void printGradual(DigitTraining training, EpMultiLayerNetwork network) {
        List<UnaryOperator<EpMultiLayerNetwork>> steps = Arrays.stream(STEPS)
                .<UnaryOperator<EpMultiLayerNetwork>>mapToObj(fraction -> one -> one.prune(fraction))
                .toList();
        EpMultiLayerNetwork pruned = training.pass(network, passes + 1, steps);
        System.out.println("in steps " + Arrays.toString(STEPS) + " over one pass:");
        System.out.println("       " + figures(training, pruned) + point(training, pruned));
        training.pass(pruned, passes + 2);
        System.out.println("and one more pass:");
        System.out.println("       " + figures(training, pruned) + point(training, pruned));
    }

    private static void print(DigitTraining training, EpMultiLayerNetwork network, PruningCriterion criterion) {
        System.out.println(criterion.title());
        for (double fraction : FRACTIONS) {
            EpMultiLayerNetwork pruned =
                    criterion.prune(network, fraction, training.split().train().getFeatures());
            System.out.printf(
                    Locale.ROOT, "%5.2f    %s%s%n", fraction, figures(training, pruned), point(training, pruned));
        }
    }

    private static String figures(DigitTraining training, EpMultiLayerNetwork network) {
        INDArray features = training.split().test().getFeatures();
        INDArray labels = training.split().test().getLabels();
        INDArray p = network.predictor().predict(features).probabilities();
        double nll = -org.nd4j.linalg.ops.transforms.Transforms.log(
                        p.mul(labels).sum(1))
                .meanNumber()
                .doubleValue();
        return String.format(Locale.ROOT, "%12.2f  %.4f", 100 * training.error(p), nll);
    }

    private static String point(DigitTraining training, EpMultiLayerNetwork network) {
        INDArray output =
                network.toPointNetwork().output(training.split().test().getFeatures());
        return String.format(Locale.ROOT, "  %8.2f", 100 * training.error(output));
    }
}
