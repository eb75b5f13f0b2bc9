package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.definition.HiddenLayers;
import io.github.dl4jep.cli.definition.StockNetwork;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * A stock DL4J network, trained by DL4J's own back-propagation with one updater on every layer.
 */
final class BackPropagationSession implements TrainingSession {
    /** The name of the kind of weights among the settings. */
    static final String WEIGHTS = "weights";
    /** The setting of weights that any number can be. */
    static final Map<String, Object> CONTINUOUS = Map.of(WEIGHTS, "continuous");

    private final StockNetwork network;
    private final TrainingJob job;
    private final IUpdater updater;
    private final Map<String, Object> settings;
    private final int timeSteps;

    private BackPropagationSession(StockNetwork network, TrainingJob job, IUpdater updater, Map<String, ?> settings) {
        this.network = network;
        this.job = job;
        this.updater = updater;
        this.settings = new LinkedHashMap<>(settings);
        this.timeSteps = job.variant().timeSteps(network.definition());
    }

    /**
     * Creates the network of the definition as it stands, with initial weights from the definition's seed.
     *
     * @param job the definition and the training rows
     * @param updater what takes the place of the definition's updaters
     * @return the network in training
     */
    static TrainingSession start(TrainingJob job, IUpdater updater) {
        Definition definition = job.definition();
        replaceUpdaters(definition, updater);
        return start(job, definition, updater, CONTINUOUS);
    }

    /**
     * Gives all layers the same updater.
     *
     * @param definition the definition, changed in place
     * @param updater what takes the place of its updaters
     */
    static void replaceUpdaters(Definition definition, IUpdater updater) {
        definition.layers().forEach(place -> place.inner().forEach(layer -> setUpdater(layer, updater)));
    }

    /**
     * Creates the network of a definition that has its updaters, with initial weights from the definition's seed.
     *
     * @param job the training rows and the settings
     * @param definition what is trained
     * @param updater the updater with the learning rate of the report
     * @param settings what the report says of it: the kind of weights, and what the trainer adds
     * @return the network in training
     */
    static TrainingSession start(TrainingJob job, Definition definition, IUpdater updater, Map<String, ?> settings) {
        return new BackPropagationSession(definition.network(), job, updater, settings);
    }

    private static void setUpdater(Layer layer, IUpdater updater) {
        if (layer instanceof BaseLayer base) {
            base.setIUpdater(updater.clone());
            base.setBiasUpdater(null);
        }
    }

    @Override
    public Map<String, Object> options() {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("learningRate", updater.getLearningRate(0, 0));
        options.put("units", new HiddenLayers(network.definition()).names());
        options.putAll(settings);
        options.put("timeSteps", timeSteps);
        return options;
    }

    @Override
    public void trainPass(DataSetIterator batches) {
        network.fit(batches);
    }

    @Override
    public Predictive predict(DataSet rows) {
        return job.predict(rows, this::output);
    }

    private INDArray output(DataSet rows) {
        return timeSteps > 1 ? network.run(timeSteps).output(rows.getFeatures()) : network.output(rows);
    }
}
