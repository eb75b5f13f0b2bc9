package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import org.deeplearning4j.exception.DL4JInvalidConfigException;

/** Expectation propagation with the options that need no tuning. */
final class EpTrainer implements Trainer {
    @Override
    public String name() {
        return "ep";
    }

    @Override
    public TrainingSession start(TrainingJob job) {
        EpOptions options = EpOptions.defaults();
        try {
            return new EpSession(EpNetworks.from(job.definition(), options), job.task(), options.asMap());
        } catch (DL4JInvalidConfigException | UnsupportedOperationException e) {
            throw new UserException("ep cannot train this network: " + oneLine(e) + ".", e);
        }
    }

    /** The converter lists all layers that do not convert, one a line. */
    private static String oneLine(RuntimeException failure) {
        String message = String.valueOf(failure.getMessage()).strip();
        return message.replace(":\n - ", ": ").replace("\n - ", "; ").replace('\n', ' ');
    }
}
