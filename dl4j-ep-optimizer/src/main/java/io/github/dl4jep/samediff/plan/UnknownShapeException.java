package io.github.dl4jep.samediff.plan;

/** An op needs a shape that is unknown, because the graph could not be run; that has been reported already. */
public final class UnknownShapeException extends UnsupportedOperationException {

    private static final long serialVersionUID = 1L;

    UnknownShapeException(String variable) {
        super("the shape of \"" + variable + "\" is unknown");
    }
}
