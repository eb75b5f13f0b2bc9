package io.github.dl4jep.convert.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.likelihood.GaussianLikelihood;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.util.Random;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Forecasts several steps ahead against what is known of linear processes, and against draws. */
class ForecastTest {

    private static final double NOISE = 0.04;
    private static final double PHI = 0.8;

    private static RnnOutputLayer output(int inputs, RNNFormat format) {
        return new RnnOutputLayer.Builder(LossFunction.MSE)
                .nIn(inputs)
                .nOut(1)
                .activation(Activation.IDENTITY)
                .dataFormat(format)
                .build();
    }

    /** With hardly any uncertainty about the weights. */
    private static EpMultiLayerNetwork certain(MultiLayerNetwork stock) {
        return EpNetworks.from(
                stock,
                EpOptions.builder()
                        .startFromWeights(1e-8)
                        .likelihood(new GaussianLikelihood(NOISE, false))
                        .build());
    }

    /** The next value is .8 times this one, and half of the second channel. */
    private static EpMultiLayerNetwork autoregression(int channels, RNNFormat format) {
        MultiLayerNetwork stock = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .list()
                .layer(new SimpleRnn.Builder()
                        .nIn(channels)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .dataFormat(format)
                        .build())
                .layer(output(1, format))
                .setInputType(InputType.recurrent(channels, format))
                .build());
        stock.init();
        INDArray weights = Nd4j.create(channels, 1);
        weights.putScalar(0, 1);
        if (channels > 1) {
            weights.putScalar(1, 0.5 / PHI);
        }
        stock.setParam("0_W", weights);
        stock.setParam("0_RW", Nd4j.create(1, 1));
        stock.setParam("0_b", Nd4j.create(1, 1));
        stock.setParam("1_W", Nd4j.valueArrayOf(new long[] {1, 1}, PHI));
        stock.setParam("1_b", Nd4j.create(1, 1));
        return certain(stock);
    }

    @Test
    void aForecastOfAnAutoregressionHasItsMeanAndVariance() {
        EpMultiLayerNetwork network = autoregression(1, RNNFormat.NCW);
        INDArray history =
                Nd4j.createFromArray(0.3f, -0.5f, 2f, 1f, 0.1f, -1.5f).reshape(2, 1, 3);
        Prediction ahead = network.predictor().forecast(history, 5);
        assertThat(ahead.mean().shape()).containsExactly(2, 1, 5);
        for (int n = 0; n < 2; n++) {
            double variance = 0;
            for (int h = 0; h < 5; h++) {
                variance = PHI * PHI * variance + NOISE;
                assertThat(ahead.mean().getDouble(n, 0, h))
                        .isCloseTo(Math.pow(PHI, h + 1) * history.getDouble(n, 0, 2), within(1e-4));
                assertThat(ahead.variance().getDouble(n, 0, h)).isCloseTo(variance, within(1e-4));
                assertThat(ahead.aleatoricVariance().getDouble(n, 0, h)).isCloseTo(NOISE, within(1e-6));
            }
        }
        // One step ahead is the prediction at the last step.
        Prediction whole = network.prediction(history);
        assertThat(ahead.mean().getDouble(0, 0, 0)).isCloseTo(whole.mean().getDouble(0, 0, 2), within(1e-6));
    }

    @Test
    void whatIsKnownOfTheStepsAheadIsUsed() {
        EpMultiLayerNetwork network = autoregression(2, RNNFormat.NCW);
        INDArray history = Nd4j.createFromArray(1f, 2f, 0.4f, -0.2f).reshape(1, 2, 2);
        INDArray known = Nd4j.createFromArray(1f, -1f).reshape(1, 1, 2);
        Prediction ahead = network.predictor().forecast(history, known);
        double value = PHI * 2 + 0.5 * -0.2;
        assertThat(ahead.mean().getDouble(0, 0, 0)).isCloseTo(value, within(1e-4));
        value = PHI * value + 0.5;
        assertThat(ahead.mean().getDouble(0, 0, 1)).isCloseTo(value, within(1e-4));
        assertThat(ahead.mean().getDouble(0, 0, 2)).isCloseTo(PHI * value - 0.5, within(1e-4));

        EpMultiLayerNetwork last = autoregression(2, RNNFormat.NWC);
        Prediction same = last.predictor()
                .forecast(
                        history.permute(0, 2, 1).dup('c'),
                        known.permute(0, 2, 1).dup('c'));
        assertThat(same.mean()).isEqualTo(ahead.mean());
    }

    /** A network with memory: mean and variance of four thousand futures, drawn step by step from the stock network. */
    @Test
    void aForecastOfAnLstmIsThatOfDrawnFutures() {
        MultiLayerNetwork stock = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(4)
                .list()
                .layer(new LSTM.Builder()
                        .nIn(1)
                        .nOut(6)
                        .activation(Activation.TANH)
                        .build())
                .layer(output(6, RNNFormat.NCW))
                .setInputType(InputType.recurrent(1))
                .build());
        stock.init();
        stock.setParam("1_W", stock.getParam("1_W").mul(2));
        EpMultiLayerNetwork network = certain(stock);
        int draws = 4000;
        int steps = 4;
        double[] past = {0.5, -1, 1.5, 0.8};
        INDArray history = Nd4j.create(1, 1, past.length);
        INDArray copies = Nd4j.create(draws, 1, past.length);
        for (int t = 0; t < past.length; t++) {
            history.putScalar(0, 0, t, past[t]);
            for (int n = 0; n < draws; n++) {
                copies.putScalar(n, 0, t, past[t]);
            }
        }
        Prediction ahead = network.predictor().forecast(history, steps);
        Random random = new Random(1);
        INDArray next = stock.rnnTimeStep(copies)
                .tensorAlongDimension(past.length - 1, 0, 1)
                .dup();
        for (int h = 0; h < steps; h++) {
            INDArray values = Nd4j.create(draws, 1);
            for (int n = 0; n < draws; n++) {
                values.putScalar(n, 0, next.getDouble(n, 0) + Math.sqrt(NOISE) * random.nextGaussian());
            }
            double mean = values.meanNumber().doubleValue();
            double deviation = values.stdNumber().doubleValue();
            assertThat(ahead.mean().getDouble(0, 0, h)).isCloseTo(mean, within(0.02));
            assertThat(Math.sqrt(ahead.variance().getDouble(0, 0, h))).isCloseTo(deviation, within(0.1 * deviation));
            next = stock.rnnTimeStep(values);
        }
    }

    @Test
    void aForecastChangesNoStateAndOneStepIsThePrediction() {
        EpMultiLayerNetwork network = autoregression(1, RNNFormat.NCW);
        INDArray history = Nd4j.createFromArray(0.3f, -0.5f, 2f).reshape(1, 1, 3);
        INDArray before = network.rnnTimeStep(history);
        network.predictor().forecast(history, 3);
        network.rnnClearPreviousState();
        assertThat(network.rnnTimeStep(history)).isEqualTo(before);
    }

    @Test
    void whatIsWrongIsNamed() {
        EpMultiLayerNetwork network = autoregression(2, RNNFormat.NCW);
        INDArray history = Nd4j.create(3, 2, 4);
        assertThatThrownBy(() -> network.predictor().forecast(history, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The number of steps ahead is 0, allowed: 1 and more");
        assertThatThrownBy(() -> network.predictor().forecast(history, 3))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage("The known channels have no values, allowed is [1, 2] for 3: what follows the predicted"
                        + " channels, at the steps after the first");
        assertThatThrownBy(() -> network.predictor().forecast(history, Nd4j.create(3, 2, 2)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage(
                        "The known channels have shape [2, 2] for 3 example(s), allowed is [1, 2] for 3: what follows"
                                + " the predicted channels, at the steps after the first");
        assertThatThrownBy(() -> network.predictor().forecast(Nd4j.create(3, 2), 1))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage(
                        "An example has shape [2], allowed are sequences of one length to forecast; cut them to their"
                                + " last steps");
        EpMultiLayerNetwork dense = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder().nIn(2).nOut(3).build())
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(3)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
        assertThatThrownBy(() -> dense.predictor().forecast(history, 1))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage(
                        "A forecast goes on from the state of recurrent layers, but the network has none; predict rows"
                                + " of lagged values with predict(...)");
        EpMultiLayerNetwork classes = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .list()
                .layer(new SimpleRnn.Builder().nIn(2).nOut(3).build())
                .layer(new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(3)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        assertThatThrownBy(() -> classes.predictor().forecast(history, 1))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage(
                        "A forecast feeds the predicted numbers of one output back, but the network has 1 output(s) of"
                                + " classes; use rnnTimeStep and draw the next input");
    }
}
