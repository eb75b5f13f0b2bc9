package io.github.dl4jep.cli;

import io.github.dl4jep.cli.failure.UserException;
import org.jspecify.annotations.Nullable;

/** The check of options that count something. */
final class PositiveOption {
    private PositiveOption() {}

    /**
     * Throws unless a value is at least 1 or was not given.
     *
     * @param option the option's name
     * @param value its value, or null if it was not given
     * @throws UserException if the value is 0 or less
     */
    static void require(String option, @Nullable Integer value) {
        if (value != null && value < 1) {
            throw new UserException(option + " is " + value + ", but must be at least 1.");
        }
    }
}
