package io.github.dl4jep.network;

import io.github.dl4jep.conf.TrainingSchedule;
import io.github.dl4jep.engine.BatchParts;
import io.github.dl4jep.engine.PartPass;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.message.BatchPart;
import java.util.function.Function;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * Training on batches that several processes share: what a network does in the process that commits, and in those that have the examples. A
 * batch is learned from as if all of it were in one process.
 */
public final class JointTraining {

    private final EpEngine engine;

    private JointTraining(EpEngine engine) {
        this.engine = engine;
    }

    /**
     * The joint training of a network.
     *
     * @param network the network, or its replica with the same definition and parameters
     * @return what it does for its part of a batch, and for all parts
     */
    public static JointTraining of(EpNetwork network) {
        return new JointTraining(EpEngine.of(network));
    }

    /**
     * Checks that several processes can share a batch of this network.
     *
     * @throws DL4JInvalidConfigException if not; says why and what to do
     */
    public void requireShareable() {
        if (engine.isTruncated()) {
            throw refused(
                    "its backpropType is TruncatedBPTT, by which a segment of sequences goes on from the state that the one before left"
                            + " in the process",
                    "set it to Standard, or train it with fit(...) on one machine");
        }
        if (!engine.layout().keepsRows()) {
            throw refused(
                    "it stacks or unstacks examples, so that rows of a batch belong together",
                    "train it with fit(...) on one machine");
        }
        if (schedule().getSweepsPerBatch() > 1) {
            throw refused(
                    "sweepsPerBatch is " + schedule().getSweepsPerBatch() + ", allowed is 1",
                    "convert it with EpOptions.builder().sweepsPerBatch(1)");
        }
    }

    private static DL4JInvalidConfigException refused(String why, String remedy) {
        return new DL4JInvalidConfigException(
                "Several workers cannot share the batches of this network: " + why + "; " + remedy);
    }

    /**
     * How batches are counted and learned from.
     *
     * @return the schedule of the network
     */
    public TrainingSchedule schedule() {
        return engine.schedule();
    }

    /**
     * Learns from one batch: all of it or, on any error, nothing of it. Score, counters and listeners are as after any other batch.
     *
     * @param parts gives the parts of the batch, which must have the present posterior of this network and the given phase; asked again where a step
     *     is taken back
     */
    public void learn(Function<LearningPhase, BatchParts> parts) {
        engine.learnShared(parts);
    }

    /**
     * Some examples of a joint batch.
     *
     * @param part which ones
     * @param rows these examples, in the order of {@link BatchPart#rows}
     * @param phase where training stands, from the network that commits
     * @return the examples on their way through this network
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if something of the part's own examples is not what the network takes
     */
    public PartPass part(BatchPart part, MultiDataSet rows, LearningPhase phase) {
        return engine.part(part, rows, phase);
    }
}
