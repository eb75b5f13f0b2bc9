package io.github.dl4jep.cli.compare;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Holdout;
import io.github.dl4jep.cli.data.split.Rows;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.metric.Figures;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The search of {@code --lr auto}: a trainer trains once with each rate of a small grid around its default, on nine tenths of the training
 * rows and for all passes; the rate with the smallest loss on the withheld tenth is taken. Test rows have no part in it.
 *
 * @param rate the best rate
 * @param losses the loss of every rate that was tried, in their order: negative log likelihood of classes, RMSE of numbers; null where
 *     training diverged
 */
record RateSearch(double rate, Map<Double, @Nullable Double> losses) {
    /** Of the trainer's default. */
    private static final double[] FACTORS = {0.1, 0.3, 1, 3, 10};
    /** The part of the training rows that is held out. */
    private static final int PART = 10;

    /**
     * Tries all rates.
     *
     * @param split the training rows
     * @param byDefault the trainer's default
     * @param seed the seed of the choice of the tenth
     * @param train trains with a rate, on the training rows of a split, and returns the figures on its test rows
     * @return the best rate; of rates that are equally good the smallest
     * @throws UserException if there are too few rows
     */
    static RateSearch of(Split split, double byDefault, long seed, BiFunction<Double, Split, Figures> train) {
        Split parts = parts(split, seed);
        Map<Double, @Nullable Double> losses = new LinkedHashMap<>();
        double best = rounded(byDefault * FACTORS[0]);
        double least = Double.POSITIVE_INFINITY;
        for (double factor : FACTORS) {
            double rate = rounded(byDefault * factor);
            Figures figures = train.apply(rate, parts);
            Double loss = split.task() == Task.CLASSIFICATION ? figures.nll() : figures.rmse();
            losses.put(rate, loss);
            if (loss != null && loss < least) {
                least = loss;
                best = rate;
            }
        }
        return new RateSearch(best, losses);
    }

    private static Split parts(Split split, long seed) {
        Rows rows = split.trainRows();
        if (rows.count() < PART) {
            throw new UserException("--lr auto holds out a tenth of the training rows, but there are only "
                    + rows.count() + ": give a rate, for example --lr 0.01.");
        }
        int held = rows.count() / PART;
        Holdout choice = split.choose(held, seed);
        return new Split(
                split.index(),
                split.task(),
                rows.ordered(choice.train()),
                rows.ordered(choice.test()),
                split.targetMean(),
                split.targetDeviation(),
                split.image());
    }

    /** Without the digits that multiplication adds. */
    private static double rounded(double rate) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.3g", rate));
    }
}
