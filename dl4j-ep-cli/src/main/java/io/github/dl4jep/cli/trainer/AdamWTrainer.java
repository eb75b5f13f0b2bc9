package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.failure.UserException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * AdamW: DL4J's Adam and its weight decay, which takes the learning rate times {@code decay} times the weight away after Adam's step; biases
 * do not decay. The learning rate falls along half a cosine from its first value to 0 at the end of the last pass.
 *
 * <p>Source: I. Loshchilov and F. Hutter 2019, "Decoupled Weight Decay Regularization", arXiv:1711.05101, algorithm 2 and appendix B.2;
 * without restarts.
 *
 * @param decay the coefficient of the decay
 */
record AdamWTrainer(double decay) implements Trainer {
    private static final String NAME = "adamw";
    private static final double DECAY = 0.01;

    /** With a decay of 0.01. */
    AdamWTrainer() {
        this(DECAY);
    }

    /**
     * Half a cosine.
     *
     * @param first the learning rate of the first step
     * @param steps after how many steps it is 0
     */
    record Cosine(double first, int steps) implements ISchedule {
        private static final long serialVersionUID = 1L;

        @Override
        public double valueAt(int iteration, int epoch) {
            return first / 2 * (1 + Math.cos(Math.PI * Math.min(1, (double) iteration / steps)));
        }

        @Override
        @SuppressWarnings("MethodDoesntCallSuperMethod") // immutable
        public ISchedule clone() {
            return this;
        }
    }

    @Override
    public String name() {
        return decay == DECAY ? NAME : NAME + ":" + decay;
    }

    @Override
    public Trainer with(String value) {
        double number = Trainers.number(value);
        if (!(number >= 0 && number < Double.POSITIVE_INFINITY)) {
            throw new UserException("--trainers adamw:" + value + ": the weight decay \"" + value
                    + "\" is not a number of at least 0.");
        }
        return new AdamWTrainer(number);
    }

    @Override
    public OptionalDouble defaultRate(Task task) {
        return OptionalDouble.of(AdamTrainer.LEARNING_RATE);
    }

    @Override
    public TrainingSession start(TrainingJob job) {
        Adam updater = new Adam(new Cosine(rate(job), job.steps()));
        Definition definition = job.definition();
        BackPropagationSession.replaceUpdaters(definition, updater);
        definition.layers().forEach(place -> place.inner().forEach(this::decay));
        Map<String, Object> settings = new LinkedHashMap<>(BackPropagationSession.CONTINUOUS);
        settings.put("schedule", "cosine");
        settings.put("weightDecay", decay);
        return BackPropagationSession.start(job, definition, updater, settings);
    }

    private void decay(Layer layer) {
        if (layer instanceof BaseLayer base) {
            base.setRegularization(List.of(new WeightDecay(decay, true)));
            base.setRegularizationBias(List.of());
        }
    }
}
