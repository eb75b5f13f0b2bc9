package io.github.dl4jep.samediff.plan;

import java.util.function.Consumer;
import java.util.function.Function;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** What a SameDiff variable is to the network that is trained. */
public sealed interface Value {

    /**
     * An activation.
     *
     * @param vertex the vertex that computes it
     * @param layout where a rank 4 array has its channels
     */
    record Activation(PlannedVertex vertex, ImageLayout layout) implements Value {}

    /**
     * A VARIABLE.
     *
     * @param variable its name
     * @param transposed whether a matrix is read transposed
     */
    record Weight(String variable, boolean transposed) implements Value {}

    /**
     * A constant, or what is computed from constants only.
     *
     * @param variable its name
     */
    record Fixed(String variable) implements Value {}

    /**
     * Labels.
     *
     * @param placeholder its name
     * @param sparse whether they are class numbers
     */
    record Label(String placeholder, boolean sparse) implements Value {}

    /**
     * Labels minus an activation, or the other way round.
     *
     * @param output makes the activation the output of a loss of this difference
     */
    record Difference(Function<ILossFunction, Value> output) implements Value {}

    /**
     * The logarithm of a softmax.
     *
     * @param output makes the softmax the output of a cross entropy with some labels
     */
    record LogProbabilities(Consumer<Label> output) implements Value {}

    /** Labels times logarithms of probabilities, or their mean or sum: minus a loss. */
    record Score() implements Value {}

    /** A loss, or its mean or sum. */
    record Loss() implements Value {}

    /** The output of an op that is not supported. */
    record Unknown() implements Value {}
}
