package io.github.dl4jep.window;

import io.github.dl4jep.map.FixedMap;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The pass of a map that is replaced by a linear one around the means of the batch. */
final class LinearisedPass {

    private LinearisedPass() {}

    /**
     * Variance \( J^2 v \), gain \( J D \), back \( J^T z \) and \( (J^2)^T G \); squares elementwise.
     *
     * @param input moments and batch covariance of the input
     * @param mean means of the output
     * @param map J
     * @param shape shape of the output
     * @return the pass
     */
    static FixedMap.Pass of(ForwardMessage input, INDArray mean, LocalLinearisation map, ExampleShape shape) {
        INDArray before = input.moments().variance();
        return of(input, mean, before == null ? null : map.squaredTimes(before), map, shape);
    }

    /**
     * The same with a variance that is known better.
     *
     * @param input moments and batch covariance of the input
     * @param mean means of the output
     * @param variance variances of the output, or null where the input is observed
     * @param map J
     * @param shape shape of the output
     * @return the pass
     */
    static FixedMap.Pass of(
            ForwardMessage input,
            INDArray mean,
            @Nullable INDArray variance,
            LocalLinearisation map,
            ExampleShape shape) {
        Moments output = new Moments(mean, variance).shapedAs(shape);
        return new FixedMap.Pass(
                new ForwardMessage(
                        output, input.covariance().withGain(input.moments().mean(), map::times, null)),
                message -> new BackwardMessage(
                        map.adjointTimes(message.shift()), map.squaredAdjointTimes(message.curvature())));
    }
}
