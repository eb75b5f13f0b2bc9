package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.definition.HiddenLayers;
import io.github.dl4jep.cli.definition.StockNetwork;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * A stock DL4J network, trained by DL4J's own back-propagation with one updater on every layer.
 *
 * <p>Its predictive distribution: for classes the probabilities it puts out; for a number a Gaussian around its output
 * with the mean squared residual of the training rows as variance, which is the variance of largest likelihood there.
 */
final class BackPropagationSession implements TrainingSession {
    /** The kind of weights that any number can be. */
    static final String CONTINUOUS = "continuous";

    private final StockNetwork network;
    private final TrainingJob job;
    private final IUpdater updater;
    private final String weights;
    private final int timeSteps;

    private BackPropagationSession(StockNetwork network, TrainingJob job, IUpdater updater, String weights) {
        this.network = network;
        this.job = job;
        this.updater = updater;
        this.weights = weights;
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
        definition.layers().forEach(place -> setUpdater(place.conf().getLayer(), updater));
    }

    /**
     * Creates the network of a definition that has its updaters, with initial weights from the definition's seed.
     *
     * @param job the training rows and the settings
     * @param definition what is trained
     * @param updater the updater with the learning rate of the report
     * @param weights the kind of weights, for the report
     * @return the network in training
     */
    static TrainingSession start(TrainingJob job, Definition definition, IUpdater updater, String weights) {
        return new BackPropagationSession(definition.network(), job, updater, weights);
    }

    private static void setUpdater(Layer layer, IUpdater updater) {
        if (layer instanceof BaseLayer base) {
            base.setIUpdater(updater.clone());
            base.setBiasUpdater(null);
        } else if (layer instanceof BaseWrapperLayer wrapper) {
            setUpdater(wrapper.getUnderlying(), updater);
        }
    }

    @Override
    public Map<String, Object> options() {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("learningRate", updater.getLearningRate(0, 0));
        options.put("units", new HiddenLayers(network.definition()).names());
        options.put("weights", weights);
        options.put("timeSteps", timeSteps);
        return options;
    }

    @Override
    public void trainPass(DataSetIterator batches) {
        network.fit(batches);
    }

    @Override
    public Predictive predict(INDArray features) {
        INDArray output = output(features);
        if (job.task() == Task.CLASSIFICATION) {
            return new Predictive.Classes(output);
        }
        double noise = meanSquaredResidual(job.train().all());
        return new Predictive.Gaussian(output, Nd4j.valueArrayOf(output.shape(), noise, DataType.DOUBLE));
    }

    private INDArray output(INDArray features) {
        return timeSteps > 1 ? network.run(timeSteps).output(features) : network.output(features);
    }

    private double meanSquaredResidual(DataSet rows) {
        INDArray residuals = output(rows.getFeatures())
                .castTo(DataType.DOUBLE)
                .sub(rows.getLabels().castTo(DataType.DOUBLE));
        return residuals.muli(residuals).meanNumber().doubleValue();
    }
}
