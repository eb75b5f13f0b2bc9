package io.github.dl4jep.map;

import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The product of branches, element by element.
 *
 * <p>Of two independent branches mean \( m_1 m_2 \) and variance \( m_1^2 v_2 + v_1 (m_2^2 + v_2) \), which is exact; of more, one
 * after the other. The gain of a branch, \( D_i = Cov(y, x_i) / v_i \), is the product of the others' means: back
 * \( D_i z \), \( D_i^2 G \), and its batch covariance goes on with that gain.
 */
public final class ElementwiseProduct implements VertexMap {

    @Override
    public Pass forward(List<ForwardMessage> inputs) {
        ExampleShape shape = Branches.commonShape(inputs);
        List<INDArray> gains = new ArrayList<>();
        List<BatchCovariance> covariances = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            INDArray gain = productOfOthers(inputs, i);
            gains.add(gain);
            covariances.add(inputs.get(i).covariance().through(gain));
        }
        return new Pass(
                new ForwardMessage(product(inputs).shapedAs(shape), Branches.sum(covariances)),
                message -> gains.stream().map(message::through).toList());
    }

    private static INDArray productOfOthers(List<ForwardMessage> inputs, int branch) {
        INDArray product = inputs.get(branch == 0 ? 1 : 0).moments().mean();
        for (int i = branch == 0 ? 2 : 1; i < inputs.size(); i++) {
            if (i != branch) {
                product = product.mul(inputs.get(i).moments().mean());
            }
        }
        return product;
    }

    private static Moments product(List<ForwardMessage> inputs) {
        INDArray mean = inputs.get(0).moments().mean();
        INDArray variance = inputs.get(0).moments().variance();
        for (ForwardMessage input : inputs.subList(1, inputs.size())) {
            Moments next = input.moments();
            variance = plus(
                    variance == null ? null : variance.mul(next.secondMoment()),
                    next.variance() == null ? null : mean.mul(mean).muli(next.variance()));
            mean = mean.mul(next.mean());
        }
        return new Moments(mean, variance);
    }

    private static @Nullable INDArray plus(@Nullable INDArray a, @Nullable INDArray b) {
        return a == null ? b : b == null ? a : a.addi(b);
    }
}
