package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.FiniteNumber;
import io.github.dl4jep.cli.failure.UserException;
import java.util.List;
import java.util.stream.Collectors;

/** The trainers the command knows. */
public final class Trainers {
    private static final List<Trainer> ALL = List.of(
            new EpTrainer(), //
            new SparseTrainer(),
            new AdamTrainer(),
            new SgdTrainer(),
            new SurrogateTrainer(),
            new SteTrainer(),
            new AdamWTrainer(),
            new DropoutTrainer(),
            new EnsembleTrainer(),
            new CafoTrainer(),
            new LocalCriticTrainer(),
            new LikelihoodRatioTrainer());

    private Trainers() {}

    /**
     * Finds a trainer.
     *
     * @param name its name on the command line, or name:value
     * @return the trainer
     * @throws UserException if there is none of that name, or it does not take the value
     */
    public static Trainer named(String name) {
        int colon = name.indexOf(':');
        String word = colon < 0 ? name : name.substring(0, colon);
        Trainer found = ALL.stream()
                .filter(trainer -> trainer.name().equals(word))
                .findFirst()
                .orElseThrow(() -> new UserException("Unknown trainer \"" + word + "\": there are " + names() + "."));
        return colon < 0 ? found : found.with(name.substring(colon + 1));
    }

    /**
     * Chooses the trainers for when none are named: EP and who else can train the same network.
     *
     * @param spiking whether the hidden units spike
     * @param discrete whether there are discrete weights
     * @return the trainers
     */
    public static List<Trainer> defaults(boolean spiking, boolean discrete) {
        if (discrete) {
            return List.of(named("ep"), named(SteTrainer.NAME));
        }
        return spiking
                ? List.of(named("ep"), named(SurrogateTrainer.NAME))
                : List.of(named("ep"), named("adam"), named("sgd"));
    }

    /**
     * Lists all names.
     *
     * @return the names, separated by commas
     */
    public static String names() {
        return ALL.stream().map(Trainer::name).collect(Collectors.joining(", "));
    }

    /** The number that an option's value is; NaN if it is none. */
    static double number(String value) {
        return FiniteNumber.parse(value).orElse(Double.NaN);
    }
}
