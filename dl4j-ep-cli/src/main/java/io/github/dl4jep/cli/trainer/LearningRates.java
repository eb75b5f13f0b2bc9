package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.failure.UserException;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The learning rates of {@code --lr}.
 *
 * @param common the rate of every trainer without its own rate, or null for each trainer's default
 * @param byTrainer the rates of single trainers
 * @param auto whether a rate is looked for where {@code byTrainer} has none
 */
public record LearningRates(@Nullable Double common, Map<String, Double> byTrainer, boolean auto) {
    /** Every trainer's default. */
    public static final LearningRates DEFAULTS = new LearningRates(null, Map.of(), false);

    private static final String AUTO = "auto";

    /**
     * Reads the option.
     *
     * @param text {@code 0.01}, {@code adam=0.001,sgd=0.1}, {@code auto} or {@code auto,sgd=0.1}
     * @return the rates
     * @throws UserException if it names a trainer without a learning rate, a rate is not a positive number, or it says both auto and a
     *     rate for all
     */
    public static LearningRates parse(String text) {
        Double common = null;
        boolean auto = false;
        Map<String, Double> byTrainer = new TreeMap<>();
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            if (part.strip().equals(AUTO)) {
                auto = true;
            } else if (equals < 0) {
                common = rate(text, part);
            } else {
                String trainer = part.substring(0, equals).strip();
                if (Trainers.named(trainer).defaultRate(Task.CLASSIFICATION).isEmpty()) {
                    throw new UserException("--lr " + text + ": the trainer " + trainer + " has no learning rate.");
                }
                byTrainer.put(word(trainer), rate(text, part.substring(equals + 1)));
            }
        }
        if (auto && common != null) {
            throw new UserException("--lr " + text + " says auto and a rate for all trainers: choose one of them.");
        }
        return new LearningRates(common, Collections.unmodifiableMap(byTrainer), auto);
    }

    /** A trainer's name without its value. */
    private static String word(String trainer) {
        return trainer.split(":", 2)[0];
    }

    private static double rate(String text, String number) {
        double rate = Trainers.number(number);
        if (!(rate > 0 && rate < Double.POSITIVE_INFINITY)) {
            throw new UserException("--lr " + text + ": \"" + number
                    + "\" is not a positive number (examples: --lr 0.01, --lr adam=0.001,sgd=0.1, --lr auto).");
        }
        return rate;
    }

    /**
     * Returns a trainer's rate.
     *
     * @param trainer the name of the trainer
     * @param byDefault its rate when nothing was asked for
     * @return the rate
     */
    double of(String trainer, double byDefault) {
        return byTrainer.getOrDefault(word(trainer), common == null ? byDefault : common);
    }

    /**
     * Says whether a trainer's rate has to be looked for.
     *
     * @param trainer the name of the trainer
     * @return true if {@code auto} was asked for and the trainer has no rate
     */
    public boolean isSearched(String trainer) {
        return auto && !byTrainer.containsKey(word(trainer));
    }

    /**
     * One rate for all.
     *
     * @param rate the rate
     * @return it, for every trainer
     */
    public static LearningRates of(double rate) {
        return new LearningRates(rate, Map.of(), false);
    }
}
