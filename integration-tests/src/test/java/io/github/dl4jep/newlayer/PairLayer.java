package io.github.dl4jep.newlayer;

import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.nd4j.linalg.activations.impl.ActivationReLU;

/** A DL4J layer that was made up: a dense layer whose units each see one pair of neighbouring inputs; all other weights are 0. */
public class PairLayer extends DenseLayer {

    private static final long serialVersionUID = 1L;

    /** For Jackson. */
    public PairLayer() {}

    PairLayer(String name, int inputs, int outputs) {
        setLayerName(name);
        setNIn(inputs);
        setNOut(outputs);
        setActivationFn(new ActivationReLU());
        setWeightInitFn(new WeightInitXavier());
    }
}
