package io.github.dl4jep.map;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.StackedCovariance;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The examples of several branches below one another, so that one layer sees them all. Exact; the batch covariance is
 * block-diagonal, that is, the branches are taken as coming from different weights.
 */
public final class Stacking implements VertexMap {

    @Override
    public Pass forward(List<ForwardMessage> inputs) {
        ExampleShape shape = inputs.get(0).moments().shape();
        boolean observed = Branches.allObserved(inputs);
        List<INDArray> means = new ArrayList<>();
        List<INDArray> variances = new ArrayList<>();
        List<BatchCovariance> covariances = new ArrayList<>();
        for (ForwardMessage input : inputs) {
            Moments moments = input.moments();
            if (!moments.shape().equals(shape)) {
                throw new IllegalArgumentException(
                        "inputs have shapes " + Branches.shapes(inputs) + ", but must have one");
            }
            means.add(moments.mean());
            if (!observed) {
                variances.add(Branches.variance(moments));
            }
            covariances.add(input.covariance());
        }
        long[] rows = means.stream().mapToLong(mean -> mean.size(0)).toArray();
        return new Pass(
                new ForwardMessage(
                        Branches.moments(Branches.below(means), observed ? null : Branches.below(variances), shape),
                        StackedCovariance.of(covariances, rows, means.get(0))),
                message -> split(message, rows));
    }

    private static List<BackwardMessage> split(BackwardMessage message, long[] rows) {
        List<BackwardMessage> parts = new ArrayList<>();
        long from = 0;
        for (long count : rows) {
            parts.add(new BackwardMessage(
                    Branches.rows(message.shift(), from, from + count),
                    Branches.rows(message.curvature(), from, from + count)));
            from += count;
        }
        return parts;
    }
}
