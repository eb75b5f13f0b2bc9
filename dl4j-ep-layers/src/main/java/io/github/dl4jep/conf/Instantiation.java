package io.github.dl4jep.conf;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What DL4J gives a configuration to make its runtime with.
 *
 * @param conf configuration that holds the layer
 * @param listeners the network's listeners
 * @param index index of the layer
 * @param parameters the layer's part of the flat parameter vector
 * @param initialise whether to start at the prior
 */
record Instantiation(
        NeuralNetConfiguration conf,
        Collection<TrainingListener> listeners,
        int index,
        INDArray parameters,
        boolean initialise) {

    /** The runtime with listeners and parameters. */
    Layer of(Layer runtime, org.deeplearning4j.nn.conf.layers.Layer layer) {
        runtime.setListeners(listeners);
        runtime.setIndex(index);
        runtime.setParamsViewArray(parameters);
        runtime.setParamTable(layer.initializer().init(conf, parameters, initialise));
        runtime.setConf(conf);
        return runtime;
    }
}
