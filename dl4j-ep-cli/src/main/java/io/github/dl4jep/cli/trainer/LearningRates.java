package io.github.dl4jep.cli.trainer;

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
 */
public record LearningRates(@Nullable Double common, Map<String, Double> byTrainer) {
    /** Every trainer's default. */
    public static final LearningRates DEFAULTS = new LearningRates(null, Map.of());

    /**
     * Reads the option.
     *
     * @param text {@code 0.01} or {@code adam=0.001,sgd=0.1}
     * @return the rates
     * @throws UserException if it names a trainer without a learning rate, or a rate is not a positive number
     */
    public static LearningRates parse(String text) {
        Double common = null;
        Map<String, Double> byTrainer = new TreeMap<>();
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                common = rate(text, part);
            } else {
                String trainer = part.substring(0, equals).strip();
                if (!Trainers.named(trainer).hasLearningRate()) {
                    throw new UserException("--lr " + text + ": the trainer " + trainer + " has no learning rate.");
                }
                byTrainer.put(trainer, rate(text, part.substring(equals + 1)));
            }
        }
        return new LearningRates(common, Collections.unmodifiableMap(byTrainer));
    }

    private static double rate(String text, String number) {
        double rate;
        try {
            rate = Double.parseDouble(number.strip());
        } catch (NumberFormatException e) {
            rate = Double.NaN;
        }
        if (!(rate > 0 && rate < Double.POSITIVE_INFINITY)) {
            throw new UserException("--lr " + text + ": \"" + number
                    + "\" is not a positive number (examples: --lr 0.01, --lr adam=0.001,sgd=0.1).");
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
        return byTrainer.getOrDefault(trainer, common == null ? byDefault : common);
    }
}
