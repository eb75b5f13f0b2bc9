package io.github.dl4jep.likelihood;

/** A label that the likelihood does not take; says the row, the value, what is allowed and what to do. */
public final class InvalidLabelException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /**
     * An invalid label.
     *
     * @param message what, the value, the allowed range and what to do
     */
    public InvalidLabelException(String message) {
        super(message);
    }
}
