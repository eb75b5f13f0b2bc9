package io.github.dl4jep.cli.failure;

/**
 * Something the user can put right: the message is one sentence that says what was wrong, where, and what is allowed.
 * The command prints it without a stack trace and ends with exit code 2.
 */
public final class UserException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception from one sentence.
     *
     * @param sentence the sentence shown to the user
     */
    public UserException(String sentence) {
        super(sentence);
    }

    /**
     * Creates the exception from one sentence and the failure that caused it.
     *
     * @param sentence the sentence shown to the user
     * @param cause the failure that caused it
     */
    public UserException(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    /**
     * Returns the message of a foreign exception as part of one sentence: its first line, or the name of its class when
     * it has no message.
     *
     * @param failure the foreign exception
     * @return one line without a full stop at its end
     */
    public static String reason(Throwable failure) {
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getSimpleName();
        }
        String line = message.strip().lines().findFirst().orElseThrow().strip();
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }
}
