package io.github.dl4jep.vertex;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.map.WeightedSum;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class EmphasisTest {

    private final INDArray mean = Nd4j.rand(DataType.DOUBLE, 3, 2);
    private final INDArray variance = Nd4j.rand(DataType.DOUBLE, 3, 2);
    private final INDArray covariance = Nd4j.eye(3).castTo(DataType.DOUBLE);
    private final Moments input = new Moments(mean, variance);
    /** The identity. */
    private final Vertex identity = new FixedVertex("sum", WeightedSum.shift(0));

    private final Vertex vertex = new Emphasis(identity, () -> new Emphasis.Factors(3, 5, 7));

    @Test
    void uncertaintyAndMessageAreMultiplied() {
        Vertex.Pass pass =
                vertex.forward(List.of(new ForwardMessage(input, BatchCovariance.of(covariance))), Sites.NONE);
        assertThat(pass.output().moments().mean()).isEqualTo(mean);
        assertThat(pass.output().moments().variance()).isEqualTo(variance.mul(5));
        assertThat(pass.output().covariance().covariance()).isEqualTo(covariance.mul(3));
        INDArray shift = Nd4j.rand(DataType.DOUBLE, 3, 2);
        INDArray curvature = Nd4j.rand(DataType.DOUBLE, 3, 2);
        BackwardMessage toInput = pass.back()
                .answer(new BackwardMessage(shift, curvature))
                .toInputs()
                .get(0);
        assertThat(toInput.shift()).isEqualTo(shift.mul(7));
        assertThat(toInput.curvature()).isEqualTo(curvature.mul(7));
    }

    @Test
    void predictionsAreThoseOfTheVertex() {
        assertThat(vertex.predict(List.of(input)).variance()).isEqualTo(variance);
        assertThat(vertex.sample(List.of(Moments.pointMass(mean))).mean()).isEqualTo(mean);
        assertThat(vertex.describe()).isEqualTo("sum");
    }

    @Test
    void anObservedInputGetsNoMessage() {
        Vertex.Pass pass = vertex.forward(List.of(ForwardMessage.observed(mean)), Sites.NONE);
        assertThat(pass.back()
                        .answer(new BackwardMessage(mean, mean))
                        .toInputs()
                        .get(0))
                .isNull();
    }
}
