package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.SequenceShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Rows;
import java.util.OptionalDouble;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * DL4J's plain stochastic gradient descent. The learning rate is 0.1 for classes and 0.05 for a number, where 0.1 makes
 * the default network diverge on three of the four UCI sets.
 */
final class SgdTrainer implements Trainer {
    private static final double CLASSIFICATION_RATE = 0.1;
    private static final double REGRESSION_RATE = 0.05;

    @Override
    public String name() {
        return "sgd";
    }

    @Override
    public OptionalDouble defaultRate(Task task) {
        return OptionalDouble.of(task == Task.CLASSIFICATION ? CLASSIFICATION_RATE : REGRESSION_RATE);
    }

    /** DL4J adds the gradients of all steps up, so sequences with a label at every step get a rate that is smaller the longer they are. */
    @Override
    public OptionalDouble defaultRate(Task task, Rows rows) {
        SequenceShape sequence = rows.sequence();
        double rate = defaultRate(task).orElseThrow();
        return OptionalDouble.of(sequence != null && sequence.everyStep() ? rate / sequence.longest() : rate);
    }

    @Override
    public TrainingSession start(TrainingJob job) {
        return BackPropagationSession.start(job, new Sgd(rate(job)));
    }
}
