package io.github.dl4jep.cli.compare;

import io.github.dl4jep.cli.data.source.DataSource;
import io.github.dl4jep.cli.data.split.PassBatches;
import io.github.dl4jep.cli.data.split.Rows;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.definition.NetworkDefinition;
import io.github.dl4jep.cli.definition.SameDiffGraph;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.metric.Diagnostics;
import io.github.dl4jep.cli.metric.Figures;
import io.github.dl4jep.cli.metric.Scores;
import io.github.dl4jep.cli.metric.Scoring;
import io.github.dl4jep.cli.trainer.LearningRates;
import io.github.dl4jep.cli.trainer.Trainer;
import io.github.dl4jep.cli.trainer.TrainingJob;
import io.github.dl4jep.cli.trainer.TrainingSession;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Trains one definition with several trainers and scores each after every pass.
 *
 * <p>Before anything is timed, every trainer trains a throw-away network on one batch and predicts with it: loading of
 * native code and first compilations are not part of the measured passes, and a trainer that cannot train the
 * definition says so before the first has spent its time.
 */
public final class Comparison {
    private static final double NANOS = 1e9;

    private final DataSource data;
    private final ComparisonPlan plan;
    private final ComparisonListener listener;

    /**
     * Creates the comparison.
     *
     * @param data the data
     * @param plan what to compare
     * @param listener is told of every pass
     */
    public Comparison(DataSource data, ComparisonPlan plan, ComparisonListener listener) {
        this.data = data;
        this.plan = plan;
        this.listener = listener;
    }

    /**
     * Runs everything.
     *
     * @return all runs
     * @throws io.github.dl4jep.cli.failure.UserException if the definition does not fit the data, or a trainer cannot
     *     train it
     */
    public ComparisonResult run() {
        Split first = plan.sample().of(data.split(plan.splits().get(0)), plan.seed());
        DataFacts facts = DataFacts.of(first);
        NetworkDefinition network = NetworkDefinition.of(plan.network(), first.shape(), plan.seed());
        warmUp(network, network.arrange(first));
        List<Run> runs = new ArrayList<>();
        for (long seed = plan.seed(); seed < plan.seed() + plan.seeds(); seed++) {
            DataSource source = data.withSeed(seed);
            for (int index : plan.splits()) {
                boolean read = seed == plan.seed() && index == first.index();
                Split rows = read ? first : plan.sample().of(source.split(index), seed);
                NetworkDefinition seeded = NetworkDefinition.of(plan.network(), rows.shape(), seed + index);
                Split arranged = seeded.arrange(rows);
                for (Trainer trainer : plan.trainers()) {
                    runs.add(run(new RunId(trainer.name(), index, seed), trainer, job(seeded, arranged), arranged));
                }
            }
        }
        return new ComparisonResult(
                plan.data(),
                network.name(),
                network.parameters(),
                plan.seed(),
                plan.batch(),
                plan.sample(),
                List.copyOf(runs),
                facts);
    }

    private TrainingJob job(NetworkDefinition network, Split split) {
        return job(network, split, split.trainRows());
    }

    private TrainingJob job(NetworkDefinition network, Split split, Rows rows) {
        return new TrainingJob(
                network.definition(), split.task(), rows, plan.rates(), plan.variant(), plan.batch(), plan.passes());
    }

    private void warmUp(NetworkDefinition network, Split split) {
        Rows train = split.trainRows();
        Rows batch = train.ordered(
                IntStream.range(0, Math.min(plan.batch(), train.count())).toArray());
        for (Trainer trainer : plan.trainers()) {
            TrainingSession session = start(trainer, job(network, split, batch), plan.seed());
            session.trainPass(PassBatches.of(batch, plan.batch(), plan.seed(), 0, () -> {}));
            DataSet rows = batch.all();
            session.predict(rows);
            session.pointScores(rows);
            session.sampledScores(rows);
        }
    }

    /** Every split has its own initial weights and batches, so that a mean over splits is one over those, too. */
    private static long seedOf(RunId id) {
        return id.seed() + id.split();
    }

    private TrainingSession start(Trainer trainer, TrainingJob job, long seed) {
        // Every trainer draws from the same stream, whatever ran before it.
        Nd4j.getRandom().setSeed(seed);
        if (job.definition() instanceof SameDiffGraph && !trainer.trainsSameDiff()) {
            throw new UserException("The trainer " + trainer.name()
                    + " does not train SameDiff graphs: choose --trainers" + " ep,adam.");
        }
        return trainer.start(job);
    }

    private Run run(RunId id, Trainer trainer, TrainingJob asked, Split split) {
        OptionalDouble byDefault = trainer.defaultRate(split.task(), split.trainRows());
        if (byDefault.isEmpty() || !plan.rates().isSearched(trainer.name())) {
            return run(id, trainer, asked, split, Map.of());
        }
        RateSearch search = RateSearch.of(split, byDefault.getAsDouble(), seedOf(id), (rate, parts) -> {
            TrainingSession session = start(trainer, asked.with(parts.trainRows(), LearningRates.of(rate)), seedOf(id));
            for (int pass = 1; pass <= plan.passes(); pass++) {
                session.trainPass(PassBatches.of(parts.trainRows(), plan.batch(), seedOf(id), pass, () -> {}));
            }
            Figures figures = Scoring.of(session, parts, false, () -> {}).figures();
            listener.rateTried(id, rate, figures);
            return figures;
        });
        listener.rateChosen(id, search.rate());
        TrainingJob job = asked.with(split.trainRows(), LearningRates.of(search.rate()));
        return run(id, trainer, job, split, Map.of("learningRatesTried", search.losses()));
    }

    private Run run(RunId id, Trainer trainer, TrainingJob job, Split split, Map<String, Object> settings) {
        AddedMemory memory = AddedMemory.start();
        TrainingSession session = start(trainer, job, seedOf(id));
        List<PassResult> passes = new ArrayList<>();
        Diagnostics last = null;
        for (int pass = 1; pass <= plan.passes(); pass++) {
            listener.passStarted(id, pass, PassBatches.count(split.trainRows(), plan.batch()));
            // Later passes find what predictions have left.
            double seconds = train(session, split, seedOf(id), pass, pass == 1 ? memory::look : () -> {});
            listener.scoringStarted(id, pass, Scoring.steps(split));
            boolean draws = plan.drawEachPass() || pass == plan.passes();
            Scores scores = Scoring.of(session, split, draws, listener::scoringStep);
            last = scores.diagnostics();
            PassResult result = new PassResult(pass, seconds, scores.figures());
            passes.add(result);
            listener.passFinished(id, result);
        }
        Map<String, Object> options = new LinkedHashMap<>(session.options());
        options.putAll(settings);
        return new Run(id.trainer(), id.split(), id.seed(), options, List.copyOf(passes), memory.bytes(), last);
    }

    private double train(TrainingSession session, Split split, long seed, int pass, Runnable atEachBatch) {
        DataSetIterator batches = PassBatches.of(split.trainRows(), plan.batch(), seed, pass, () -> {
            listener.batchStarted();
            atEachBatch.run();
        });
        long start = System.nanoTime();
        session.trainPass(batches);
        double seconds = (System.nanoTime() - start) / NANOS;
        atEachBatch.run();
        return seconds;
    }
}
