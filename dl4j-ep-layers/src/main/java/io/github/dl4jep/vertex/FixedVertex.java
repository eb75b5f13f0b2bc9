package io.github.dl4jep.vertex;

import io.github.dl4jep.map.VertexMap;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;

/** A vertex without weights in a sweep. */
public final class FixedVertex implements EpVertex {

    private final String place;
    private final VertexMap map;

    private List<Boolean> observed = List.of();
    private @Nullable Function<BackwardMessage, List<BackwardMessage>> back;

    public FixedVertex(String place, VertexMap map) {
        this.place = place;
        this.map = map;
    }

    @Override
    public ForwardMessage forward(List<ForwardMessage> inputs) {
        VertexMap.Pass pass = pass(inputs);
        observed = inputs.stream().map(input -> input.moments().isPointMass()).toList();
        back = pass.back();
        return pass.output();
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
    public List<@Nullable BackwardMessage> backwardAll(BackwardMessage message) {
        if (back == null) {
            throw new IllegalStateException("backward without forward");
        }
        List<@Nullable BackwardMessage> messages = new ArrayList<>();
        boolean anyUncertain = observed.contains(false);
        List<BackwardMessage> answers = anyUncertain ? back.apply(message) : List.of();
        for (int i = 0; i < observed.size(); i++) {
            messages.add(observed.get(i) ? null : answers.get(i));
        }
        return messages;
    }

    @Override
    public void discard() {
        back = null;
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
    public String describe() {
        return place;
    }
}
