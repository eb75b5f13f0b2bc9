package io.github.dl4jep.vertex;

import io.github.dl4jep.map.Concatenation;
import io.github.dl4jep.map.ElementwiseMax;
import io.github.dl4jep.map.ElementwiseProduct;
import io.github.dl4jep.map.VertexMap;
import io.github.dl4jep.map.WeightedSum;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;

/** A vertex without weights. */
public final class FixedVertex implements Vertex {

    private final String place;
    private final VertexMap map;

    /**
     * A vertex.
     *
     * @param place which vertex this is, for messages
     * @param map what it does
     */
    public FixedVertex(String place, VertexMap map) {
        this.place = place;
        this.map = map;
    }

    @Override
    public Pass forward(List<ForwardMessage> inputs, Sites pending) {
        VertexMap.Pass pass = pass(inputs);
        List<Boolean> observed =
                inputs.stream().map(input -> input.moments().isPointMass()).toList();
        return new Pass(pass.output(), message -> new Answer(toUncertain(pass, observed, message), Sites.NONE));
    }

    private static List<@Nullable BackwardMessage> toUncertain(
            VertexMap.Pass pass, List<Boolean> observed, BackwardMessage message) {
        List<@Nullable BackwardMessage> messages = new ArrayList<>();
        List<BackwardMessage> answers = observed.contains(false) ? pass.back().apply(message) : List.of();
        for (int i = 0; i < observed.size(); i++) {
            messages.add(observed.get(i) ? null : answers.get(i));
        }
        return messages;
    }

    private VertexMap.Pass pass(List<ForwardMessage> inputs) {
        try {
            return map.forward(inputs);
        } catch (IllegalArgumentException e) {
            throw new DL4JInvalidInputException(
                    "At " + place + ": " + e.getMessage() + "; check the data and the layers before it", e);
        }
    }

    @Override
    public Moments predict(List<Moments> inputs) {
        return pass(inputs.stream()
                        .map(input -> new ForwardMessage(input, BatchCovariance.none()))
                        .toList())
                .output()
                .moments();
    }

    @Override
    public Moments sample(List<Moments> inputs) {
        return predict(inputs);
    }

    @Override
    public boolean heedsMask(Moments input) {
        return map instanceof WeightedSum
                || map instanceof Concatenation
                || map instanceof ElementwiseProduct
                || map instanceof ElementwiseMax;
    }

    @Override
    public String describe() {
        return place;
    }
}
