package io.github.dl4jep.cli.definition;

import io.github.dl4jep.activation.ActivationBernoulliProbit;
import io.github.dl4jep.activation.ActivationBernoulliSigmoid;
import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.cli.data.format.FiniteNumber;
import io.github.dl4jep.cli.failure.UserException;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationReLU;

/** The kinds of hidden units that have a name on the command line. */
public final class UnitNames {
    private static final String PROBIT = "bernoulli-probit";
    private static final String ALL = "relu, heaviside, bernoulli-sigmoid and bernoulli-probit:K";

    private UnitNames() {}

    /**
     * Finds a unit.
     *
     * @param text the value of {@code --units}
     * @return the unit
     * @throws UserException if there is none of that name, or its parameter is not allowed
     */
    public static IActivation parse(String text) {
        if (text.startsWith(PROBIT + ":")) {
            return new ActivationBernoulliProbit(noiseVariance(text));
        }
        return switch (text) {
            case "relu" -> new ActivationReLU();
            case "heaviside" -> new ActivationHeaviside();
            case "bernoulli-sigmoid" -> new ActivationBernoulliSigmoid();
            case PROBIT -> new ActivationBernoulliProbit();
            default -> throw new UserException("Unknown units \"" + text + "\": there are " + ALL + ".");
        };
    }

    private static double noiseVariance(String text) {
        String number = text.substring(PROBIT.length() + 1);
        double variance = FiniteNumber.parse(number).orElse(0);
        if (variance <= 0) {
            throw new UserException("--units " + text + ": \"" + number
                    + "\" is not a positive number, which the variance K of the threshold noise must be (an example is "
                    + PROBIT + ":0.5).");
        }
        return variance;
    }
}
