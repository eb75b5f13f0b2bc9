package io.github.dl4jep.map;

import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The largest of several branches, element by element, in the manner of max pooling: it follows the branch with the
 * largest mean; its moments go on, and the message comes back to it alone.
 *
 * <p>Approximate: the expected maximum of uncertain units is larger than the largest mean. Exact for observed inputs, and in the
 * limit of one unit that is larger for sure. Of equal means the first goes on.
 */
public final class ElementwiseMax implements VertexMap {

    @Override
    public Pass forward(List<ForwardMessage> inputs) {
        ExampleShape shape = Branches.commonShape(inputs);
        List<INDArray> winners = winners(inputs);
        INDArray mean = null;
        INDArray variance = null;
        List<BatchCovariance> covariances = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            ForwardMessage input = inputs.get(i);
            INDArray wins = winners.get(i);
            mean = plus(mean, input.moments().mean().mul(wins));
            if (input.moments().variance() != null) {
                variance = plus(variance, input.moments().variance().mul(wins));
            }
            covariances.add(input.covariance().through(wins));
        }
        return new Pass(
                new ForwardMessage(
                        Branches.moments(Objects.requireNonNull(mean), variance, shape), Branches.sum(covariances)),
                message -> winners.stream().map(message::through).toList());
    }

    private static INDArray plus(@Nullable INDArray sum, INDArray addend) {
        return sum == null ? addend : sum.addi(addend);
    }

    /** For each branch 1 where it goes on, else 0. */
    private static List<INDArray> winners(List<ForwardMessage> inputs) {
        INDArray largest = inputs.get(0).moments().mean().dup('f');
        INDArray first = HostMemory.uninitialized(largest.dataType(), largest.shape(), 'f');
        first.assign(1);
        List<INDArray> winners = new ArrayList<>(List.of(first));
        for (ForwardMessage input : inputs.subList(1, inputs.size())) {
            INDArray mean = input.moments().mean();
            INDArray wins = mean.gt(largest).castTo(largest.dataType());
            INDArray loses = wins.rsub(1);
            winners.forEach(earlier -> earlier.muli(loses));
            largest.muli(loses).addi(mean.mul(wins));
            winners.add(wins);
        }
        return winners;
    }
}
