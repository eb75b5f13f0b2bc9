package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.failure.UserException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Several networks of different initial weights, each trained by Adam on the same batches in the same order; their distributions are mixed.
 *
 * <p>Source: B. Lakshminarayanan, A. Pritzel and C. Blundell 2017, "Simple and Scalable Predictive Uncertainty Estimation using Deep
 * Ensembles", arXiv:1612.01474; without adversarial training.
 *
 * @param members how many networks
 */
record EnsembleTrainer(int members) implements Trainer {
    private static final String NAME = "ensemble";
    private static final int MEMBERS = 5;
    /** Far from the seeds of other splits. */
    private static final long SEED_STEP = 1_000_003;

    /** Of five networks. */
    EnsembleTrainer() {
        this(MEMBERS);
    }

    @Override
    public String name() {
        return members == MEMBERS ? NAME : NAME + ":" + members;
    }

    @Override
    public Trainer with(String value) {
        if (!value.matches("0*[1-9]\\d{0,3}")) {
            throw new UserException(
                    "--trainers ensemble:" + value + ": \"" + value + "\" is not a number of networks from 1 to 9999.");
        }
        return new EnsembleTrainer(Integer.parseInt(value));
    }

    @Override
    public OptionalDouble defaultRate(Task task) {
        return OptionalDouble.of(AdamTrainer.LEARNING_RATE);
    }

    @Override
    public TrainingSession start(TrainingJob job) {
        Adam updater = new Adam(rate(job));
        List<TrainingSession> sessions = new ArrayList<>();
        for (int member = 0; member < members; member++) {
            Definition definition = job.definition();
            BackPropagationSession.replaceUpdaters(definition, updater);
            definition.setSeed(definition.layers().get(0).conf().getSeed() + SEED_STEP * member);
            sessions.add(BackPropagationSession.start(job, definition, updater, BackPropagationSession.CONTINUOUS));
        }
        return new Session(sessions);
    }

    /** All networks in training. */
    private record Session(List<TrainingSession> members) implements TrainingSession {
        @Override
        public Map<String, Object> options() {
            Map<String, Object> options = new LinkedHashMap<>(members.get(0).options());
            options.put("members", members.size());
            return options;
        }

        @Override
        public void trainPass(DataSetIterator batches) {
            for (TrainingSession member : members) {
                batches.reset();
                member.trainPass(batches);
            }
        }

        @Override
        public Predictive predict(DataSet rows) {
            return Predictive.mixture(
                    members.stream().map(member -> member.predict(rows)).toList());
        }
    }
}
