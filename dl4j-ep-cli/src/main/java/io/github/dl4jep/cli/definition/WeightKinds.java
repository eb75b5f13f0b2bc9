package io.github.dl4jep.cli.definition;

import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.weight.WeightPrior;
import io.github.dl4jep.weight.WeightPriors;
import java.util.Set;

/**
 * The kinds of weights of {@code --weights}, by the names of their priors.
 *
 * @param hidden the kind in all layers but the last
 * @param output the kind in the last layer
 */
public record WeightKinds(String hidden, String output) {
    /** Continuous weights with a Gaussian prior. */
    public static final String GAUSSIAN = "gaussian";

    /** Gaussian everywhere. */
    public static final WeightKinds DEFAULT = new WeightKinds(GAUSSIAN, GAUSSIAN);

    private static final Set<String> DISCRETE = Set.of("binary", "ternary");

    /**
     * Reads the option.
     *
     * @param text one kind for all layers, {@code binary}, or {@code hidden=binary,output=gaussian}; gaussian for the part
     *     that is not named
     * @return the kinds
     * @throws UserException if there is no such kind, or a part is named twice
     */
    public static WeightKinds parse(String text) {
        if (text.indexOf('=') < 0) {
            return new WeightKinds(kind(text, text), kind(text, text));
        }
        String hidden = null;
        String output = null;
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            String layers = part.substring(0, Math.max(equals, 0)).strip();
            if (layers.equals("hidden") && hidden == null) {
                hidden = kind(text, part.substring(equals + 1));
            } else if (layers.equals("output") && output == null) {
                output = kind(text, part.substring(equals + 1));
            } else {
                throw new UserException(
                        "--weights " + text + ": \"" + part
                                + "\" is not understood; examples are --weights binary and --weights hidden=binary,output=gaussian.");
            }
        }
        return new WeightKinds(hidden == null ? GAUSSIAN : hidden, output == null ? GAUSSIAN : output);
    }

    private static String kind(String text, String name) {
        String kind = name.strip();
        if (!WeightPriors.names().contains(kind)) {
            throw new UserException("--weights " + text + ": unknown kind \"" + kind + "\": there are "
                    + String.join(", ", WeightPriors.names()) + ".");
        }
        return kind;
    }

    /**
     * Says whether a kind is one of finitely many values.
     *
     * @param kind the kind
     * @return true for binary and ternary
     */
    public static boolean isDiscrete(String kind) {
        return DISCRETE.contains(kind);
    }

    /**
     * Says whether hidden or output weights are discrete.
     *
     * @return true if one of them is
     */
    public boolean anyDiscrete() {
        return isDiscrete(hidden) || isDiscrete(output);
    }

    /**
     * The prior of the hidden layers' weights.
     *
     * @return the prior
     */
    public WeightPrior hiddenPrior() {
        return WeightPriors.named(hidden);
    }

    /**
     * The prior of the last layer's weights.
     *
     * @return the prior
     */
    public WeightPrior outputPrior() {
        return WeightPriors.named(output);
    }

    /** As the option is written. */
    @Override
    public String toString() {
        return hidden.equals(output) ? hidden : "hidden=" + hidden + ",output=" + output;
    }
}
