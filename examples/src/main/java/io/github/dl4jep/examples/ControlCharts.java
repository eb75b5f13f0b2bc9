package io.github.dl4jep.examples;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.util.Random;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Classes of sequences: control charts that are steady, cyclic, rise, fall, or shift up or down, read by an LSTM.
 *
 * <p>Source of the charts' formulas: Alcock and Manolopoulos 1999, Time-Series Similarity Queries Employing a Feature-Based Approach.
 */
public final class ControlCharts {

    private static final int CLASSES = 6;
    private static final int STEPS = 60;
    private static final int BATCH = 10;

    private ControlCharts() {}

    /**
     * Runs the example.
     *
     * @param arguments number of passes, if it is another than 40
     */
    public static void main(String[] arguments) {
        System.out.println(
                run(arguments.length > 0 ? Integer.parseInt(arguments[0]) : 40).stats());
    }

    /**
     * Draws charts, learns and evaluates.
     *
     * @param passes passes over the 450 training charts
     * @return the evaluation on 150 others
     */
    static Evaluation run(int passes) {
        MultiLayerConfiguration definition = new NeuralNetConfiguration.Builder()
                .seed(123)
                .list()
                .layer(new LastTimeStep(new LSTM.Builder()
                        .nIn(1)
                        .nOut(10)
                        .activation(Activation.TANH)
                        .build()))
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(10)
                        .nOut(CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.recurrent(1))
                .build();
        EpMultiLayerNetwork network = EpNetworks.from(definition);
        DataSet training = charts(450, new Random(1));
        for (int pass = 0; pass < passes; pass++) {
            training.shuffle(pass);
            network.fit(new ViewIterator(training, BATCH));
        }
        return network.evaluate(new ViewIterator(charts(150, new Random(2)), BATCH));
    }

    /** As many charts of each class, standardized. */
    private static DataSet charts(int count, Random random) {
        INDArray values = Nd4j.create(count, 1, STEPS);
        INDArray labels = Nd4j.create(count, CLASSES);
        for (int n = 0; n < count; n++) {
            double[] chart = chart(n % CLASSES, random);
            for (int t = 0; t < STEPS; t++) {
                values.putScalar(n, 0, t, (chart[t] - 30) / 12);
            }
            labels.putScalar(n, n % CLASSES, 1);
        }
        return new DataSet(values, labels);
    }

    private static double[] chart(int kind, Random random) {
        double amplitude = 10 + 5 * random.nextDouble();
        double period = 10 + 5 * random.nextDouble();
        double trend = 0.2 + 0.3 * random.nextDouble();
        double shift = 7.5 + 12.5 * random.nextDouble();
        double shiftsAt = STEPS * (1 + random.nextDouble()) / 3;
        double[] chart = new double[STEPS];
        for (int t = 0; t < STEPS; t++) {
            double step = t >= shiftsAt ? shift : 0;
            double change = switch (kind) {
                case 0 -> 0;
                case 1 -> amplitude * Math.sin(2 * Math.PI * t / period);
                case 2 -> trend * t;
                case 3 -> -trend * t;
                case 4 -> step;
                default -> -step;
            };
            chart[t] = 30 + 2 * (6 * random.nextDouble() - 3) + change;
        }
        return chart;
    }
}
