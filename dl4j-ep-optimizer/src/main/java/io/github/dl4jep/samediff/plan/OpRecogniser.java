package io.github.dl4jep.samediff.plan;

/** What one kind of SameDiff op means to the network that is trained. */
@FunctionalInterface
public interface OpRecogniser {

    /**
     * Reads one op.
     *
     * @param op the op, its inputs, and the network planned so far
     * @return what the op's first output is
     * @throws UnsupportedOperationException if EP has no moments for it as it is used here; the message says why
     */
    Value read(OpReading op);
}
