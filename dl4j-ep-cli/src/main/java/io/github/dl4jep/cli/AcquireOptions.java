package io.github.dl4jep.cli;

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
        List<Acquisition> named =
                acquisitions.stream().map(AcquireOptions::acquisition).toList();
        if (named.isEmpty()) {
            throw new UserException("--acquire names no acquisition; an example is --acquire bald,random.");
        }
        if (new HashSet<>(named).size() < named.size()) {
            throw new UserException("--acquire " + String.join(",", acquisitions) + " names an acquisition twice.");
        }
        return new Labels(named, step == null ? 100 : step, labels == null ? 0 : labels);
    }

    private static Acquisition acquisition(String name) {
        try {
            return Acquisition.named(name.strip());
        } catch (IllegalArgumentException e) {
            throw new UserException("--acquire " + name + ": " + e.getMessage() + ".", e);
        }
    }
}
