package io.github.dl4jep.map;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.MergedCovariance;
import io.github.dl4jep.message.Moments;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The channels of several branches after one another; of feed-forward activations, their columns. Exact. The batch covariance,
 * being an average over units, is the branches' average, each with its share of the columns; an observed branch counts as zeros.
 */
public final class Concatenation implements VertexMap {

    @Override
    public Pass forward(List<ForwardMessage> inputs) {
        Branches.requireSameRows(inputs);
        ExampleShape shape = mergedShape(inputs);
        List<INDArray> means = new ArrayList<>();
        List<INDArray> variances = new ArrayList<>();
        List<Double> shares = new ArrayList<>();
        boolean observed = Branches.allObserved(inputs);
        for (ForwardMessage input : inputs) {
            Moments moments = input.moments();
            means.add(moments.mean());
            if (!observed) {
                variances.add(Branches.variance(moments));
            }
            shares.add((double) moments.shape().length() / shape.length());
        }
        long[] columns = inputs.stream()
                .mapToLong(input -> input.moments().shape().length())
                .toArray();
        return new Pass(
                new ForwardMessage(
                        Branches.moments(Branches.beside(means), observed ? null : Branches.beside(variances), shape),
                        MergedCovariance.of(
                                inputs.stream().map(ForwardMessage::covariance).toList(), shares)),
                message -> split(message, columns));
    }

    private static List<BackwardMessage> split(BackwardMessage message, long[] columns) {
        List<BackwardMessage> parts = new ArrayList<>();
        long from = 0;
        for (long count : columns) {
            parts.add(new BackwardMessage(
                    Branches.columns(message.shift(), from, from + count),
                    Branches.columns(message.curvature(), from, from + count)));
            from += count;
        }
        return parts;
    }

    private static ExampleShape mergedShape(List<ForwardMessage> inputs) {
        long[] first = inputs.get(0).moments().shape().dims();
        long channels = 0;
        for (ForwardMessage input : inputs) {
            long[] dims = input.moments().shape().dims();
            channels += dims[0];
            dims[0] = first[0];
            if (!java.util.Arrays.equals(dims, first)) {
                throw new IllegalArgumentException("inputs have shapes " + Branches.shapes(inputs)
                        + " (channels first), but may differ in the number of channels only");
            }
        }
        first[0] = channels;
        return ExampleShape.of(first);
    }
}
