package io.github.dl4jep.vertex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class VertexGraphTest {

    /** Sends all on as it is, and computes no sites. */
    private static final class WithoutSites implements Vertex {
        @Override
        public Pass forward(List<ForwardMessage> inputs, Sites pending) {
            return new Pass(inputs.get(0), new Backward() {
                @Override
                public Answer answer(BackwardMessage message) {
                    throw new AssertionError("sites are computed");
                }

                @Override
                public List<@Nullable BackwardMessage> messages(BackwardMessage message) {
                    return List.of(message);
                }
            });
        }

        @Override
        public Moments predict(List<Moments> inputs) {
            return inputs.get(0);
        }

        @Override
        public Moments sample(List<Moments> inputs) {
            return inputs.get(0);
        }

        @Override
        public String describe() {
            return "here";
        }
    }

    private final INDArray ones = Nd4j.ones(2, 3);
    private final BackwardMessage message = new BackwardMessage(ones, ones.mul(2));

    private Vertex.Answer answer(Vertex vertex, boolean frozen) {
        VertexGraph graph = new VertexGraph(1, List.of(new GraphNode(vertex, List.of(0), frozen)));
        return graph.forward(List.of(ForwardMessage.observed(ones)), Sites.NONE).answer(Map.of(1, message));
    }

    @Test
    void aFrozenVertexComputesNoSites() {
        CompositeVertex layerAndUnit = CompositeVertex.chain(List.of(new WithoutSites(), new WithoutSites()));
        for (Vertex vertex : List.of(new WithoutSites(), layerAndUnit)) {
            assertThat(answer(vertex, true).toInputs()).containsExactly(message);
            assertThat(answer(vertex, true).sites().keys()).isEmpty();
            assertThatThrownBy(() -> answer(vertex, false)).hasMessage("sites are computed");
        }
    }

    @Test
    void whatIsReadIsThereBefore() {
        assertThatThrownBy(() -> new VertexGraph(1, List.of(new GraphNode(new WithoutSites(), List.of(1)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("here reads activation 1, allowed are 0 to 0");
    }
}
