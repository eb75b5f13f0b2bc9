package io.github.dl4jep.window;

import io.github.dl4jep.map.FixedMap;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Any differentiable function of each example, linearised at the means: variance \( J^2 v \), gain \( J D \), back \( J^T z \). Right for
 * small variances, exact for a linear function.
 *
 * <p>Shapes: input [minibatch, inputs], output [minibatch, outputs], Jacobian [minibatch, outputs, inputs].
 *
 * @param function the function with its derivatives
 */
public record JacobianMap(Function<INDArray, Value> function) implements FixedMap {

    /**
     * A function at some means.
     *
     * @param output what it makes of them, [minibatch, outputs]
     * @param jacobian derivative of each output of an example by each input of that example, [minibatch, outputs, inputs]
     */
    public record Value(INDArray output, INDArray jacobian) {}

    @Override
    public Pass forward(ForwardMessage input) {
        INDArray mean = input.moments().mean();
        Value value = function.apply(mean);
        int batch = Math.toIntExact(mean.size(0));
        int inputs = mean.columns();
        int outputs = value.output().columns();
        double[] derivatives = value.jacobian().dup('c').data().asDouble();
        int[][] sources = new int[inputs][outputs];
        for (int i = 0; i < inputs; i++) {
            java.util.Arrays.fill(sources[i], i);
        }
        LocalLinearisation map = new LocalLinearisation(
                sources,
                inputs,
                batch,
                (element, output, in) -> derivatives[(output % batch * outputs + output / batch) * inputs + element]);
        return LinearisedPass.of(
                input, value.output().castTo(mean.dataType()), map, ExampleShape.of(new long[] {outputs}));
    }
}
