package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.SequenceSteps;
import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.definition.StockNetwork;
import io.github.dl4jep.cli.failure.UserException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Monte Carlo dropout: Adam with dropout before every layer with weights except the first, and predictions that mix the outputs of
 * {@value #DRAWS} networks with units dropped at random, as in training. A number's noise is the mean squared residual of the training rows
 * from the mean of the draws.
 *
 * <p>Source: Y. Gal and Z. Ghahramani 2016, "Dropout as a Bayesian Approximation: Representing Model Uncertainty in Deep Learning",
 * arXiv:1506.02142; with this noise in place of one chosen by a search.
 *
 * @param dropped the probability that a unit is dropped
 */
record DropoutTrainer(double dropped) implements Trainer {
    private static final String NAME = "dropout";
    private static final double DROPPED = 0.2;
    private static final int DRAWS = 20;

    /** A fifth of the units. */
    DropoutTrainer() {
        this(DROPPED);
    }

    @Override
    public String name() {
        return dropped == DROPPED ? NAME : NAME + ":" + dropped;
    }

    @Override
    public Trainer with(String value) {
        double number = Trainers.number(value);
        if (!(number > 0 && number < 1)) {
            throw new UserException("--trainers dropout:" + value + ": the part of dropped units \"" + value
                    + "\" is not a number between 0 and 1.");
        }
        return new DropoutTrainer(number);
    }

    @Override
    public OptionalDouble defaultRate(Task task) {
        return OptionalDouble.of(AdamTrainer.LEARNING_RATE);
    }

    @Override
    public TrainingSession start(TrainingJob job) {
        Adam updater = new Adam(rate(job));
        Definition definition = job.definition();
        BackPropagationSession.replaceUpdaters(definition, updater);
        List<String> first =
                definition.inputs().stream().map(Definition.Place::key).toList();
        boolean any = false;
        for (Definition.Place place : definition.layers()) {
            Layer layer = place.conf().getLayer();
            if (layer instanceof BatchNormalization) {
                throw new UserException("dropout cannot train this network: " + place.name()
                        + " is a BatchNormalization, which would take its statistics from the rows that are predicted while"
                        + " units are dropped: choose another trainer, for example ensemble.");
            }
            if (!first.contains(place.key()) && layer.initializer().numParams(place.conf()) > 0) {
                place.inner().forEach(part -> part.setIDropout(new Dropout(1 - dropped)));
                any = true;
            }
        }
        if (!any) {
            throw new UserException("dropout cannot train this network: after "
                    + definition.inputs().get(0).name()
                    + " there is no further layer with weights, so it has no hidden units to drop.");
        }
        return new Session(job, definition.network(), updater, dropped);
    }

    /** The network in training. */
    private record Session(TrainingJob job, StockNetwork network, Adam updater, double dropped)
            implements TrainingSession {
        @Override
        public Map<String, Object> options() {
            Map<String, Object> options = new LinkedHashMap<>();
            options.put("learningRate", updater.getLearningRate());
            options.put("dropped", dropped);
            options.put("draws", DRAWS);
            return options;
        }

        @Override
        public void trainPass(DataSetIterator batches) {
            network.fit(batches);
        }

        @Override
        public Predictive predict(DataSet rows) {
            INDArray draws = draws(rows);
            INDArray labelled = rows.getLabelsMaskArray();
            INDArray mean = SequenceSteps.rows(draws.mean(0), labelled);
            if (job.task() == Task.CLASSIFICATION) {
                return new Predictive.Classes(mean);
            }
            double noise = job.meanSquaredResidual(train -> draws(train).mean(0));
            return new Predictive.Gaussian(
                    mean, SequenceSteps.rows(draws.var(false, 0).addi(noise), labelled));
        }

        /** {@code [draws, rows, ...]}. */
        private INDArray draws(DataSet rows) {
            return Nd4j.stack(
                            0,
                            Stream.generate(() -> network.outputAsInTraining(rows))
                                    .limit(DRAWS)
                                    .toArray(INDArray[]::new))
                    .castTo(DataType.DOUBLE);
        }
    }
}
