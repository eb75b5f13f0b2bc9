package io.github.dl4jep.accuracy;

import io.github.dl4jep.spike.SpikingRun;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Test errors of the networks that are put to use: with point weights, or drawn from the posterior. */
final class PlainNetworkErrors {

    private static final int DRAWS = 20;

    private PlainNetworkErrors() {}

    /** The point network, one time step. */
    static double ofPoint(Training training) {
        return ofTimeSteps(training, 1);
    }

    /** The point network, potentials averaged over time steps. */
    static double ofTimeSteps(Training training, int steps) {
        MultiLayerNetwork point = training.network().toPointNetwork();
        INDArray features = training.split().test().getFeatures();
        return error(training, SpikingRun.of(point).timeSteps(steps).potentials(features));
    }

    /** Potentials averaged over 20 networks drawn from the posterior, discrete weights and spikes really discrete. */
    static double ofDraws(Training training) {
        INDArray features = training.split().test().getFeatures();
        return error(
                training, training.network().predictor().sample(features, DRAWS).mean(0));
    }

    private static double error(Training training, INDArray scores) {
        int[] predicted = scores.argMax(1).toIntVector();
        int[] label = training.split().test().getLabels().argMax(1).toIntVector();
        double wrong = 0;
        for (int n = 0; n < label.length; n++) {
            wrong += predicted[n] == label[n] ? 0 : 1;
        }
        return wrong / label.length;
    }
}
