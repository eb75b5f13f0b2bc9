package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.network.EpNetwork;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * Expectation propagation in a network most of whose weights are zero from the start. Before every pass but the first, zeros move to where data said
 * least.
 *
 * @param percent how many of a hundred weights of the hidden layers are zero
 */
record SparseTrainer(double percent) implements Trainer {
    private static final String NAME = "sparse";
    private static final double PERCENT = 90;
    private static final double MOVED = 0.3;

    /** Nine zeros in ten. */
    SparseTrainer() {
        this(PERCENT);
    }

    @Override
    public String name() {
        return percent == PERCENT
                ? NAME
                : NAME + ":" + (percent == Math.rint(percent) ? Long.toString((long) percent) : percent);
    }

    @Override
    public Trainer with(String value) {
        double number = Trainers.number(value);
        if (!(number > 0 && number < 100)) {
            throw new UserException("--trainers sparse:" + value + ": the percentage of zeros \"" + value
                    + "\" is not a number between 0 and 100.");
        }
        return new SparseTrainer(number);
    }

    @Override
    public TrainingSession start(TrainingJob job) {
        TrainingSession session = EpTrainer.start(job, percent / 100);
        return new Session(session, session.epNetwork().orElseThrow());
    }

    /** A network whose zeros move from pass to pass. */
    private record Session(TrainingSession session, EpNetwork network) implements TrainingSession {
        @Override
        public Map<String, Object> options() {
            return session.options();
        }

        @Override
        public void trainPass(DataSetIterator batches) {
            int batch = network.getIterationCount();
            if (batch > 0) {
                network.rewire(MOVED, batch);
            }
            session.trainPass(batches);
        }

        @Override
        public Optional<EpNetwork> epNetwork() {
            return session.epNetwork();
        }

        @Override
        public Predictive predict(DataSet rows) {
            return session.predict(rows);
        }

        @Override
        public Optional<INDArray> pointScores(DataSet rows) {
            return session.pointScores(rows);
        }

        @Override
        public Optional<INDArray> sampledScores(DataSet rows) {
            return session.sampledScores(rows);
        }
    }
}
