package io.github.dl4jep.cli.train;

import io.github.dl4jep.cli.data.split.PassBatches;
import io.github.dl4jep.cli.data.split.Rows;
import io.github.dl4jep.cli.data.split.TrainingData;
import io.github.dl4jep.cli.definition.NetworkDefinition;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.model.ModelCard;
import io.github.dl4jep.cli.model.Position;
import io.github.dl4jep.cli.model.SavedModel;
import io.github.dl4jep.cli.trainer.EpTrainer;
import io.github.dl4jep.cli.trainer.LearningRates;
import io.github.dl4jep.cli.trainer.TrainingJob;
import io.github.dl4jep.network.EpNetwork;
import io.github.dl4jep.store.EpCheckpoints;
import io.github.dl4jep.store.Fingerprint;
import java.io.UncheckedIOException;
import java.util.DoubleSummaryStatistics;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JException;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/** Trains a network by EP and keeps it. One thread of computation gives the same bits however often it is interrupted and resumed. */
public final class TrainingRun {
    private static final double NANOS = 1e9;
    private static final int BLOCK = 1_000;

    private final TrainingPlan plan;
    private final TrainingListener listener;
    private final Interruption interruption;
    private final EpCheckpoints checkpoints;
    private final TrainingData data;
    private final int batchesPerPass;
    private final EpNetwork network;
    private final ModelCard card;
    private double seconds;

    private TrainingRun(
            TrainingPlan plan,
            TrainingData data,
            EpNetwork network,
            ModelCard card,
            TrainingListener listener,
            Interruption interruption) {
        this.plan = plan;
        this.data = data;
        this.network = network;
        this.card = card;
        this.listener = listener;
        this.interruption = interruption;
        this.checkpoints = plan.checkpoints().with(trained -> SavedModel.entries(card.at(Position.of(trained))));
        this.batchesPerPass = PassBatches.count(data.train(), plan.batch());
    }

    /**
     * Prepares a training from the beginning.
     *
     * @param plan what to train
     * @param rows the rows
     * @param listener is told how it goes
     * @param interruption says when to stop
     * @return the training, before its first batch
     * @throws UserException if the definition does not fit the rows, or cannot be trained
     */
    public static TrainingRun start(
            TrainingPlan plan, TrainingData rows, TrainingListener listener, Interruption interruption) {
        NetworkDefinition definition = NetworkDefinition.of(plan.network(), rows.shape(), plan.seed());
        TrainingData data = definition.takesImages() ? rows.asImages() : rows;
        Nd4j.getRandom().setSeed(plan.seed());
        EpNetwork network = EpTrainer.network(new TrainingJob(
                definition.definition(),
                data.format().task(),
                data.train(),
                LearningRates.DEFAULTS,
                plan.variant(),
                plan.batch(),
                plan.passes()));
        ModelCard card = new ModelCard(
                ModelCard.VERSION,
                definition.name(),
                definition.takesImages(),
                data.format(),
                plan.settings(),
                fingerprint(rows.train()),
                Position.START);
        return new TrainingRun(plan, data, network, card, listener, interruption);
    }

    /**
     * Goes on from where a training was interrupted, or where it ended if the plan now has more passes.
     *
     * @param saved the newest checkpoint or the model
     * @param plan the same plan, but perhaps with more passes
     * @param rows the same rows
     * @param listener is told how it goes
     * @param interruption says when to stop
     * @return the training, before its next batch
     * @throws UserException if plan or rows are not those of the checkpoint
     */
    public static TrainingRun resume(
            SavedModel saved,
            TrainingPlan plan,
            TrainingData rows,
            TrainingListener listener,
            Interruption interruption) {
        ModelCard card = saved.card();
        if (card == null) {
            throw new UserException("The file " + plan.model()
                    + " was not written by dl4j-ep train, so it does not say where to go on: choose another --model.");
        }
        requireSame(plan, card, rows);
        TrainingData data = card.takesImages() ? rows.asImages() : rows;
        return new TrainingRun(plan, data, saved.network(), card, listener, interruption);
    }

    /** Of all features, then of all labels and masks; in blocks, because rows may be kept in less memory than their arrays take. */
    private static String fingerprint(Rows rows) {
        return Fingerprint.of(
                rows.count(),
                Stream.concat(
                        blocks(rows).map(DataSet::getFeatures),
                        blocks(rows)
                                .flatMap(block -> Stream.of(
                                                block.getLabels(),
                                                block.getFeaturesMaskArray(),
                                                block.getLabelsMaskArray())
                                        .filter(Objects::nonNull))));
    }

    private static Stream<DataSet> blocks(Rows rows) {
        return IntStream.iterate(0, from -> from < rows.count(), from -> from + BLOCK)
                .mapToObj(from -> rows.range(from, Math.min(from + BLOCK, rows.count())));
    }

    private static void requireSame(TrainingPlan plan, ModelCard card, TrainingData rows) {
        plan.settings().forEach((option, value) -> {
            String before = card.settings().get(option);
            // Rows may have moved; their fingerprint counts.
            if (!option.equals("--data") && !value.equals(before)) {
                throw new UserException("Cannot resume: " + option + " is " + value + ", but was "
                        + (before == null ? "not set" : before) + " when the checkpoint was written.");
            }
        });
        if (!fingerprint(rows.train()).equals(card.dataFingerprint())
                || !rows.format().equals(card.rows())) {
            throw new UserException(
                    "Cannot resume: the training rows are not those that the checkpoint was trained on.");
        }
        Position position = card.position();
        int batches = PassBatches.count(rows.train(), plan.batch());
        if (position.batch() >= batches
                || position.batches() != (long) position.passes() * batches + position.batch()) {
            throw new UserException("Cannot resume: the checkpoint's position is " + position + ", but a pass has "
                    + batches + " batches.");
        }
        if (position.passes() > plan.passes() || (position.passes() == plan.passes() && position.batch() > 0)) {
            throw new UserException("Cannot resume: --passes is " + plan.passes() + ", but " + position.passes()
                    + " passes are done already.");
        }
    }

    /**
     * Trains to the end, or until interrupted; writes checkpoints, and in the end the model in their place.
     *
     * @return true if all passes are done and the model is written
     * @throws UserException if a file cannot be written, or a batch cannot be learned from; checkpoints are then still there
     */
    public boolean run() {
        while (position().passes() < plan.passes()) {
            boolean complete = trainPass();
            boolean more = position().passes() < plan.passes();
            if (!complete || (more && interruption.isRequested())) {
                interrupted();
                return false;
            }
        }
        SavedModel.write(plan.model(), network, card.at(position()));
        clear(checkpoints);
        return true;
    }

    private void interrupted() {
        String kept = onFiles(checkpoints::newestFirst).stream()
                .findFirst()
                .map(file -> file + " is the checkpoint, and the same command with --resume goes on from there.")
                .orElse("nothing is kept, because there is no place for checkpoints.");
        listener.note("Interrupted after batch " + position().batches() + "; " + kept);
    }

    /** Returns false if interrupted within the pass. */
    private boolean trainPass() {
        Position from = position();
        listener.passStarted(from.passes() + 1, from.batch(), batchesPerPass);
        DoubleSummaryStatistics scores = new DoubleSummaryStatistics();
        long start = System.nanoTime();
        boolean complete = fit(from.passes() + 1, scores);
        double passSeconds = (System.nanoTime() - start) / NANOS;
        seconds += passSeconds;
        if (complete) {
            listener.passFinished(position(), passSeconds, scores.getAverage());
        }
        return complete;
    }

    private boolean fit(int passes, DoubleSummaryStatistics scores) {
        try {
            return onFiles(() -> checkpoints.fit(network, this::batches, passes, trained -> {
                scores.accept(trained.score());
                listener.batchDone();
                return !interruption.isRequested();
            }));
        } catch (DL4JException e) {
            throw new UserException(
                    "Training stopped: " + UserException.reason(e) + "; the checkpoints in "
                            + TrainingPlan.checkpointFolder(plan.model()) + " are from before this batch.",
                    e);
        }
    }

    /** What goes wrong with the files of checkpoints is one sentence. */
    static <T> T onFiles(Supplier<T> access) {
        try {
            return access.get();
        } catch (UncheckedIOException e) {
            String reason = UserException.reason(Objects.requireNonNull(e.getCause()));
            throw new UserException(UserException.reason(e) + ": " + reason + ".", e);
        }
    }

    static void clear(EpCheckpoints checkpoints) {
        onFiles(() -> {
            checkpoints.clear();
            return checkpoints;
        });
    }

    private DataSetIterator batches(int pass) {
        return PassBatches.of(data.train(), plan.batch(), plan.seed(), pass + 1, () -> {});
    }

    /**
     * Returns the network as it is now.
     *
     * @return the network
     */
    public EpNetwork network() {
        return network;
    }

    /**
     * Returns the rows, arranged as the network takes them.
     *
     * @return training and test rows
     */
    public TrainingData data() {
        return data;
    }

    /**
     * Returns how far training has come.
     *
     * @return the position
     */
    public Position position() {
        return Position.of(network);
    }

    /**
     * Returns how long this program has trained, without files and figures.
     *
     * @return seconds
     */
    public double seconds() {
        return seconds;
    }
}
