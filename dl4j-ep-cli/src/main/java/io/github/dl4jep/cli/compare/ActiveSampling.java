package io.github.dl4jep.cli.compare;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.source.DataSource;
import io.github.dl4jep.cli.data.split.PassBatches;
import io.github.dl4jep.cli.data.split.Permutation;
import io.github.dl4jep.cli.data.split.Rows;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.definition.NetworkDefinition;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.metric.Figures;
import io.github.dl4jep.cli.metric.Scoring;
import io.github.dl4jep.cli.trainer.EpTrainer;
import io.github.dl4jep.cli.trainer.TrainingJob;
import io.github.dl4jep.cli.trainer.TrainingSession;
import io.github.dl4jep.network.EpNetwork;
import io.github.dl4jep.network.EpSampler;
import io.github.dl4jep.network.EpSampler.Acquisition;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How the error of EP falls with the number of labels, if the network chooses which training rows get one. The first labels are random,
 * the same for every acquisition; then a network is trained from the prior on all labels so far, is scored on the test rows, and chooses
 * the next ones, until there are as many as asked for.
 */
public final class ActiveSampling {
    private static final double NANOS = 1e9;

    private final DataSource data;
    private final ComparisonPlan plan;
    private final Labels labels;
    private final BiConsumer<AcquisitionRun, AcquisitionRun.Point> listener;

    /**
     * What labels are asked for.
     *
     * @param choices by what rows are chosen, one run each
     * @param step how many rows get a label at a time
     * @param most at how many labels to end, or 0 for 20 steps or all rows
     */
    public record Labels(List<Choice> choices, int step, int most) {}

    /**
     * By what rows are chosen.
     *
     * @param acquisition the score
     * @param power the power of the score that rows are drawn in proportion to; infinity for the rows of the largest
     */
    public record Choice(Acquisition acquisition, double power) {
        /** The word for an infinite power. */
        public static final String BEST = "best";

        /** The name, with the power after a colon if it is another than the acquisition's. */
        String name() {
            String word = acquisition.name().toLowerCase(Locale.ROOT);
            if (power == acquisition.power()) {
                return word;
            }
            return word + ":"
                    + (power == Double.POSITIVE_INFINITY
                            ? BEST
                            : BigDecimal.valueOf(power).stripTrailingZeros().toPlainString());
        }

        private EpSampler sampler(EpNetwork network, long seed) {
            return new EpSampler(network, acquisition, seed).withPower(power);
        }
    }

    /**
     * Creates the runs.
     *
     * @param data the data
     * @param plan network, passes over the labelled rows, batch, seeds and the pool of training rows; the first of its splits
     * @param labels what labels are asked for
     * @param listener is given every point as soon as it is there, with the run up to it
     */
    public ActiveSampling(
            DataSource data,
            ComparisonPlan plan,
            Labels labels,
            BiConsumer<AcquisitionRun, AcquisitionRun.Point> listener) {
        this.data = data;
        this.plan = plan;
        this.labels = labels;
        this.listener = listener;
    }

    /**
     * Runs everything.
     *
     * @return the runs, seed by seed, in each the acquisitions in the order asked for
     * @throws UserException if there are fewer training rows than labels asked for, EP cannot train the network, or the margin of
     *     numbers is asked for
     */
    public List<AcquisitionRun> run() {
        if (data.task() != Task.CLASSIFICATION
                && labels.choices().stream().anyMatch(choice -> choice.acquisition() == Acquisition.MARGIN)) {
            throw new UserException("--acquire margin is for classes, but the labels of " + plan.data()
                    + " are numbers: choose entropy or bald.");
        }
        List<AcquisitionRun> runs = new ArrayList<>();
        for (long seed = plan.seed(); seed < plan.seed() + plan.seeds(); seed++) {
            Split split =
                    plan.sample().of(data.withSeed(seed).split(plan.splits().get(0)), seed);
            NetworkDefinition network = NetworkDefinition.of(plan.network(), split.shape(), seed);
            Split rows = network.arrange(split);
            if (rows.trainRows().sequence() != null) {
                throw new UserException("--acquire chooses rows, but the data are sequences: leave it out.");
            }
            requireRows(rows.trainRows().count());
            for (Choice choice : labels.choices()) {
                runs.add(run(choice, seed, network, rows));
            }
        }
        return runs;
    }

    private void requireRows(int rows) {
        int least = Math.max(labels.most(), labels.step());
        if (least > rows) {
            throw new UserException("--acquire asks for " + least + " labels, but there are " + rows
                    + " training rows: choose smaller --labels or --label-batch.");
        }
    }

    private AcquisitionRun run(Choice choice, long seed, NetworkDefinition network, Split split) {
        Rows pool = split.trainRows();
        int most = labels.most() > 0 ? labels.most() : Math.min(20 * labels.step(), pool.count());
        AcquisitionRun run = new AcquisitionRun(choice.name(), seed, new ArrayList<>());
        int[] labelled = Arrays.copyOf(Permutation.of(pool.count(), seed), Math.min(labels.step(), most));
        while (true) {
            TrainingSession session = learn(network, split, pool.ordered(labelled), seed, run);
            if (labelled.length == most) {
                return run;
            }
            EpSampler sampler = choice.sampler(network(session), seed + labelled.length);
            labelled = more(labelled, sampler, pool, Math.min(labels.step(), most - labelled.length));
        }
    }

    private TrainingSession learn(NetworkDefinition network, Split split, Rows rows, long seed, AcquisitionRun run) {
        Nd4j.getRandom().setSeed(seed);
        TrainingSession session = new EpTrainer()
                .start(new TrainingJob(
                        network.definition(),
                        split.task(),
                        rows,
                        plan.rates(),
                        plan.variant(),
                        plan.batch(),
                        plan.passes()));
        long start = System.nanoTime();
        for (int pass = 1; pass <= plan.passes(); pass++) {
            session.trainPass(PassBatches.of(rows, plan.batch(), seed, pass, () -> {}));
        }
        double seconds = (System.nanoTime() - start) / NANOS;
        Figures figures = Scoring.of(session, split, false, () -> {}).figures();
        AcquisitionRun.Point point = new AcquisitionRun.Point(rows.count(), seconds, figures);
        run.points().add(point);
        listener.accept(run, point);
        return session;
    }

    private EpNetwork network(TrainingSession session) {
        return session.epNetwork()
                .orElseThrow(
                        () -> new UserException("--acquire is for lists of layers and graphs of DL4J, but the network "
                                + plan.network() + " is a SameDiff graph."));
    }

    /** The first that have no label yet, of as many more as there are labels. */
    private static int[] more(int[] labelled, EpSampler sampler, Rows pool, int count) {
        BitSet known = new BitSet();
        Arrays.stream(labelled).forEach(known::set);
        int[] best = sampler.choose(pool.all().getFeatures(), labelled.length + count);
        IntStream chosen = Arrays.stream(best).filter(row -> !known.get(row)).limit(count);
        return IntStream.concat(Arrays.stream(labelled), chosen).toArray();
    }
}
