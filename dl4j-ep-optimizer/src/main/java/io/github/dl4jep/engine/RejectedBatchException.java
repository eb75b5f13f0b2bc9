package io.github.dl4jep.engine;

import org.deeplearning4j.exception.DL4JException;

/** A batch that would have put a NaN or an infinity into the posterior. Nothing was changed; training can go on. */
public final class RejectedBatchException extends DL4JException {

    private static final long serialVersionUID = 1L;

    /**
     * A rejected batch.
     *
     * @param message what, where and what to do
     */
    public RejectedBatchException(String message) {
        super(message);
    }

    /**
     * A rejected batch.
     *
     * @param message what, where and what to do
     * @param cause what was noticed
     */
    public RejectedBatchException(String message, Throwable cause) {
        super(message, cause);
    }
}
