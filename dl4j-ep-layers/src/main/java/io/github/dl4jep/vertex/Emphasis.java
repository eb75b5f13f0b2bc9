package io.github.dl4jep.vertex;

import io.github.dl4jep.array.FloatProducts;
import io.github.dl4jep.array.FusedLoop;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.recurrent.SequenceStates;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A vertex whose message to its inputs counts more, or less, than once: the message is multiplied by one factor, and what is uncertain
 * in the inputs by another, so that the joint solve knows how far the outputs will move. Predictions are those of the vertex.
 *
 * @param vertex the vertex
 * @param current the factors of a batch, from the covariance at the first input
 * @param learns whether parameters learn from the messages; false where they do so elsewhere already
 */
public record Emphasis(Vertex vertex, Function<BatchCovariance, Factors> current, boolean learns) implements Vertex {

    /**
     * A vertex whose parameters learn from the messages.
     *
     * @param vertex the vertex
     * @param current the factors of a batch, from the covariance at the first input
     */
    public Emphasis(Vertex vertex, Function<BatchCovariance, Factors> current) {
        this(vertex, current, true);
    }

    /**
     * The factors of one batch.
     *
     * @param covariance factor of the covariance between examples that comes from the inputs
     * @param variance factor of the inputs' variances
     * @param message factor of the message to the inputs
     */
    public record Factors(double covariance, double variance, double message) {}

    /**
     * A vertex whose inputs hear less of it.
     *
     * @param vertex the vertex
     * @param factor factor of the message to its inputs
     * @return the vertex, whose parameters learn as they do
     */
    public static Emphasis quieter(Vertex vertex, double factor) {
        return new Emphasis(vertex, input -> new Factors(1, 1, factor));
    }

    /**
     * How many outputs share the same hidden units: \( \mu = C \sum e^2 / (\sum e)^2 \) over the eigenvalues e of the outputs' weights'
     * Gram matrix. 1 where their weights are orthogonal, C / rank where there are more outputs than hidden units. A solve by output
     * moves such units \( \mu \) times too far: the teacher's message is divided by it, and its uncertainty from features multiplied.
     *
     * @param weights means of the weights, [nIn, outputs]
     * @return a number from 1 to the number of outputs
     */
    public static double crowding(INDArray weights) {
        boolean wide = weights.columns() > weights.rows();
        // As Java values: an ND4J operation, or the look at an element, takes longer than the sums.
        double[] gram = Rows.flat(FloatProducts.gram(weights, !wide));
        int size = Math.min(weights.columns(), weights.rows());
        double trace = 0;
        double squares = 0;
        for (int i = 0; i < gram.length; i++) {
            trace += i % (size + 1) == 0 ? gram[i] : 0;
            squares += gram[i] * gram[i];
        }
        return trace > 0 ? Math.max(1, weights.columns() * squares / (trace * trace)) : 1;
    }

    @Override
    public Pass forward(List<ForwardMessage> inputs, Sites pending) {
        Factors factors = current.apply(inputs.get(0).covariance());
        Pass pass = vertex.forward(
                inputs.stream().map(input -> scaled(input, factors)).toList(), pending);
        return new Pass(pass.output(), atActivation -> {
            Answer answer = pass.back().answer(atActivation);
            List<@Nullable BackwardMessage> toInputs = new ArrayList<>();
            for (BackwardMessage toInput : answer.toInputs()) {
                toInputs.add(toInput == null ? null : emphasised(toInput, factors.message()));
            }
            return new Answer(toInputs, learns ? answer.sites() : Sites.NONE);
        });
    }

    private static ForwardMessage scaled(ForwardMessage input, Factors factors) {
        Moments moments = input.moments();
        INDArray given = moments.variance();
        return new ForwardMessage(
                given == null || factors.variance() == 1
                        ? moments
                        : moments.withVariance(FusedLoop.times(given, factors.variance())),
                input.covariance().times(factors.covariance()));
    }

    private static BackwardMessage emphasised(BackwardMessage message, double factor) {
        return new BackwardMessage(
                FusedLoop.times(message.shift(), factor), FusedLoop.times(message.curvature(), factor));
    }

    @Override
    public Moments predict(List<Moments> inputs) {
        return vertex.predict(inputs);
    }

    @Override
    public Moments sample(List<Moments> inputs) {
        return vertex.sample(inputs);
    }

    @Override
    public Vertex continuing(SequenceStates states) {
        return new Emphasis(vertex.continuing(states), current, learns);
    }

    @Override
    public boolean hasState() {
        return vertex.hasState();
    }

    @Override
    public boolean hasGates() {
        return vertex.hasGates();
    }

    @Override
    public boolean heedsMask(Moments input) {
        return vertex.heedsMask(input);
    }

    @Override
    public String describe() {
        return vertex.describe();
    }

    @Override
    public Map<ParameterKey, Learner> learners() {
        return learns ? vertex.learners() : Map.of();
    }
}
