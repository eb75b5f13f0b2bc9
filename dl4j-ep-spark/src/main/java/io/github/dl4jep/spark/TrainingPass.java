package io.github.dl4jep.spark;

import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.network.EpNetwork;
import io.github.dl4jep.network.JointTraining;
import io.github.dl4jep.store.EpCheckpoints;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** One pass over an RDD: joint batch after joint batch, the driver commits. */
final class TrainingPass {

    /** What is done at the end in any case. */
    private interface Closing extends AutoCloseable {
        @Override
        void close();
    }

    private final EpNetwork network;
    private final JointTraining joint;
    private final JavaSparkContext context;
    private final EpTrainingStats stats;
    private final String run = UUID.randomUUID().toString();
    private final Broadcast<Definition> definition;
    private final JointBatches.Cut cut;
    /** The posterior that was sent last, and the broadcasts that a step may still ask for. */
    private byte[] sent = new byte[0];

    private final List<Broadcast<byte[]>> broadcasts = new ArrayList<>();

    /**
     * A pass.
     *
     * @param network what is trained
     * @param context where
     * @param batchSize examples of a joint batch
     * @param workers number of parts of a batch
     * @param stats how long jobs take
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if several workers cannot share a batch of the network
     */
    TrainingPass(EpNetwork network, JavaSparkContext context, int batchSize, int workers, EpTrainingStats stats) {
        this.network = network;
        this.joint = JointTraining.of(network);
        joint.requireShareable();
        this.context = context;
        this.stats = stats;
        this.cut = new JointBatches.Cut(batchSize, workers, joint.schedule().getInducingExamples());
        this.definition = context.broadcast(Definition.of(network));
    }

    /**
     * Trains for one pass; DL4J's Spark classes count it afterwards.
     *
     * @param data the examples
     * @param level where they are kept
     * @param checkpoints written on the way, or null
     */
    void train(JavaRDD<MultiDataSet> data, StorageLevel level, @Nullable EpCheckpoints checkpoints) {
        for (TrainingListener listener : network.getListeners()) {
            listener.onEpochStart(network);
        }
        JointBatches batches = stats.timed(EpTrainingStats.PREPARE, () -> JointBatches.of(data, cut, level));
        try (Closing closing = () -> close(batches)) {
            for (int k = checkpoints == null ? 0 : learned(batches); k < batches.count(); k++) {
                int number = k;
                stats.timed(EpTrainingStats.STEP, () -> {
                    joint.learn(phase -> parts(batches, number, phase));
                    return number;
                });
                if (checkpoints != null && k + 1 < batches.count()) {
                    checkpoints.writeIfDue(network);
                }
            }
        }
        for (TrainingListener listener : network.getListeners()) {
            listener.onEpochEnd(network);
        }
        if (checkpoints != null) {
            checkpoints.writeEndOfPass(network);
        }
    }

    /** Batches of this pass that were learned from before an interruption. */
    private int learned(JointBatches batches) {
        long learned = network.getIterationCount() - network.passCounter().getPassStart();
        if (learned > batches.count()) {
            throw new DL4JInvalidInputException("Pass " + network.getEpochCount() + " has " + batches.count()
                    + " batches, but the network has learned from " + learned
                    + " of it; give the data and the batch size of the interrupted training");
        }
        return (int) learned;
    }

    private SparkParts parts(JointBatches batches, int number, LearningPhase phase) {
        Broadcast<byte[]> posterior = stats.timed(EpTrainingStats.BROADCAST, this::posterior);
        // What an earlier step asked for is not needed any more.
        broadcasts.stream().filter(each -> each != posterior).forEach(Broadcast::destroy);
        broadcasts.retainAll(List.of(posterior));
        StepTask task = new StepTask(
                run,
                definition,
                posterior,
                number,
                cut.inducing(),
                phase.step(),
                phase.firstPass(),
                phase.batchesPerPass());
        long size = Math.min(batches.size(), batches.examples() - (long) number * batches.size());
        BatchPart[] parts = cut.parts(size);
        return new SparkParts(batches.parts(), task, parts, this::posterior, stats);
    }

    /** The present posterior at the workers; sent only if it is another than the last. */
    private Broadcast<byte[]> posterior() {
        byte[] present = Definition.parameters(network);
        if (broadcasts.isEmpty() || !Arrays.equals(present, sent)) {
            sent = present;
            broadcasts.add(context.broadcast(present));
        }
        return broadcasts.get(broadcasts.size() - 1);
    }

    private void close(JointBatches batches) {
        String closed = run;
        int places = cut.workers();
        context.parallelize(IntStream.range(0, places).boxed().toList(), places)
                .foreach(place -> PartHost.close(closed));
        batches.parts().unpersist();
        broadcasts.forEach(Broadcast::destroy);
        definition.destroy();
    }
}
