package io.github.dl4jep.cli;

import io.github.dl4jep.cli.compare.ActiveSampling.Choice;
import io.github.dl4jep.cli.compare.ActiveSampling.Labels;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.network.EpSampler.Acquisition;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how labels are acquired. */
final class AcquireOptions {
    @Option(names = "--acquire", paramLabel = "NAME", split = ",")
    private @Nullable List<String> acquisitions;

    @Option(names = "--labels", paramLabel = "N")
    private @Nullable Integer labels;

    @Option(names = "--label-batch", paramLabel = "N")
    private @Nullable Integer step;

    /**
     * Returns what is asked for, checked.
     *
     * @param trainers the names of {@code --trainers}, or null
     * @return the labels, or null if labels are not acquired
     * @throws UserException if an option makes no sense
     */
    @Nullable
    Labels labels(@Nullable List<String> trainers) {
        if (acquisitions == null) {
            if (labels != null || step != null) {
                throw new UserException("--labels and --label-batch are for --acquire, which is not there.");
            }
            return null;
        }
        if (trainers != null && !trainers.equals(List.of("ep"))) {
            throw new UserException(
                    "--acquire is for the trainer ep alone, but --trainers is " + String.join(",", trainers) + ".");
        }
        PositiveOption.require("--labels", labels);
        PositiveOption.require("--label-batch", step);
        List<Choice> chosen = acquisitions.stream().map(AcquireOptions::choice).toList();
        if (chosen.isEmpty()) {
            throw new UserException("--acquire names no acquisition; an example is --acquire margin,random.");
        }
        if (new HashSet<>(chosen).size() < chosen.size()) {
            throw new UserException("--acquire " + String.join(",", acquisitions) + " names an acquisition twice.");
        }
        return new Labels(chosen, step == null ? 100 : step, labels == null ? 0 : labels);
    }

    /** A name, or name:POWER, or name:best. */
    private static Choice choice(String text) {
        String[] parts = text.strip().split(":", 2);
        Acquisition acquisition = acquisition(parts[0]);
        if (parts.length == 1) {
            return new Choice(acquisition, acquisition.power());
        }
        if (acquisition == Acquisition.RANDOM) {
            throw new UserException("--acquire " + text + ": random has no power.");
        }
        return new Choice(acquisition, parts[1].equals(Choice.BEST) ? Double.POSITIVE_INFINITY : power(text, parts[1]));
    }

    private static double power(String text, String number) {
        if (number.matches("\\d{1,9}(\\.\\d{1,9})?")) {
            return Double.parseDouble(number);
        }
        throw new UserException("--acquire " + text + ": the power \"" + number
                + "\" is no number of at least 0, and not " + Choice.BEST + ".");
    }

    private static Acquisition acquisition(String name) {
        try {
            return Acquisition.named(name.strip());
        } catch (IllegalArgumentException e) {
            throw new UserException("--acquire " + name + ": " + e.getMessage() + ".", e);
        }
    }
}
