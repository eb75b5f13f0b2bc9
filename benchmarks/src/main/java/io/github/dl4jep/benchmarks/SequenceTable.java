package io.github.dl4jep.benchmarks;

import io.github.dl4jep.convert.EpNetworks;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Error of recurrent networks on generated sequences after passes of EP and of Adam. */
@Command(
        name = "sequence-table",
        mixinStandardHelpOptions = true,
        description =
                "Error on other sequences, in % of classes or as root mean square, after passes of EP and of Adam.")
public final class SequenceTable implements Callable<Integer> {

    private enum Cell {
        LSTM,
        RNN
    }

    private enum Trainer {
        EP,
        ADAM
    }

    @Option(names = "--task", defaultValue = "CHARTS", description = "${COMPLETION-CANDIDATES}")
    private SequenceTask task = SequenceTask.CHARTS;

    @Option(names = "--cell", defaultValue = "LSTM", description = "${COMPLETION-CANDIDATES}")
    private Cell cell = Cell.LSTM;

    @Option(names = "--trainers", split = ",", defaultValue = "EP,ADAM", description = "${COMPLETION-CANDIDATES}")
    private List<Trainer> trainers = List.of(Trainer.values());

    @Option(names = "--rate", defaultValue = "0.01", description = "learning rate of Adam")
    private double rate = 0.01;

    @Option(names = "--seeds", split = ",", defaultValue = "1", description = "of data, weights and batches")
    private List<Long> seeds = List.of(1L);

    @Option(names = "--passes", split = ",", defaultValue = "10,40", description = "when to test, ascending")
    private List<Integer> passes = List.of(10, 40);

    /**
     * Trains and prints.
     *
     * @param args options; see --help
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new SequenceTable())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() {
        for (Trainer trainer : trainers) {
            double[] mean = new double[passes.size()];
            for (long seed : seeds) {
                List<Double> errors = errors(trainer, seed);
                print(trainer + " seed " + seed, errors);
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += errors.get(i) / seeds.size();
                }
            }
            List<Double> means = new ArrayList<>();
            for (double each : mean) {
                means.add(each);
            }
            print(trainer + " mean", means);
        }
        return 0;
    }

    private static void print(String what, List<Double> errors) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-12s", what));
        errors.forEach(error -> line.append(String.format(Locale.ROOT, " %7.3f", error)));
        System.out.println(line);
    }

    private List<Double> errors(Trainer trainer, long seed) {
        DataSet training = task.training(seed);
        DataSet test = task.test(seed);
        MultiLayerConfiguration definition = definition(training, seed);
        MultiLayerNetwork network =
                trainer == Trainer.EP ? EpNetworks.from(definition) : new MultiLayerNetwork(definition);
        if (trainer == Trainer.ADAM) {
            network.init();
        }
        List<Double> errors = new ArrayList<>();
        for (int pass = 1; pass <= passes.get(passes.size() - 1); pass++) {
            training.shuffle(seed * 1000 + pass);
            network.fit(new ViewIterator(training, task.batch));
            if (passes.contains(pass)) {
                errors.add(error(network.output(test.getFeatures()), test.getLabels()));
            }
        }
        return errors;
    }

    private double error(INDArray output, INDArray labels) {
        if (task.everyStep) {
            return Math.sqrt(output.squaredDistance(labels) / labels.length());
        }
        INDArray wrong = output.argMax(1).neq(labels.argMax(1)).castTo(output.dataType());
        return 100 * wrong.meanNumber().doubleValue();
    }

    private MultiLayerConfiguration definition(DataSet training, long seed) {
        long channels = training.getFeatures().size(1);
        Layer states = cell == Cell.LSTM
                ? new LSTM.Builder()
                        .nOut(task.units)
                        .activation(Activation.TANH)
                        .build()
                : new SimpleRnn.Builder()
                        .nOut(task.units)
                        .activation(Activation.TANH)
                        .build();
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(seed)
                .weightInit(WeightInit.XAVIER)
                .updater(new Adam(rate))
                .list();
        if (task.everyStep) {
            list.layer(states)
                    .layer(new RnnOutputLayer.Builder(LossFunction.MSE)
                            .nOut(task.outputs)
                            .activation(Activation.IDENTITY)
                            .build());
        } else {
            list.layer(new LastTimeStep(states))
                    .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                            .nOut(task.outputs)
                            .activation(Activation.SOFTMAX)
                            .build());
        }
        return list.setInputType(InputType.recurrent(channels)).build();
    }
}
