package io.github.dl4jep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.runtime.EpOutput;
import io.github.dl4jep.runtime.EpRuntime;
import io.github.dl4jep.vertex.GraphNode;
import io.github.dl4jep.vertex.ParameterKey;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.VertexGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What a teacher says to the layers before it. */
class SilentTeacherTest {

    private static final int UNITS = 4;
    private static final int OUTPUTS = 3;

    /** Keys of what learns from a message at the teacher's potentials alone. */
    private static Set<String> taught(org.deeplearning4j.nn.conf.layers.Layer cell) {
        EpMultiLayerNetwork network = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .seed(1)
                .list()
                .layer(new LastTimeStep(cell))
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(UNITS)
                        .nOut(OUTPUTS)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        List<GraphNode> nodes = new ArrayList<>();
        for (Layer layer : network.getLayers()) {
            nodes.add(new GraphNode(((EpRuntime) layer).vertex(), List.of(nodes.size()), false));
        }
        EpOutput output = (EpOutput) network.getOutputLayer();
        BatchLearning learning =
                new BatchLearning(1, nodes, List.of(new MessageGraph.Output(nodes.size() - 1, output)));
        INDArray x = Nd4j.rand(5, 2, 6);
        VertexGraph.Sweep sweep = learning.graph().forward(List.of(ForwardMessage.observed(x)), Sites.NONE);
        BackwardMessage message = new BackwardMessage(Nd4j.ones(5, OUTPUTS), Nd4j.ones(5, OUTPUTS));
        int teacher = learning.observedSlots().get(1);
        return sweep.answer(Map.of(teacher, message)).sites().keys().stream()
                .map(ParameterKey::place)
                .collect(Collectors.toSet());
    }

    @Test
    void itTeachesRecurrentLayersWithoutGates() {
        assertThat(taught(new SimpleRnn.Builder().nIn(2).nOut(UNITS).build())).hasSize(2);
    }

    @Test
    void behindGatesItLearnsByItself() {
        assertThat(taught(new LSTM.Builder().nIn(2).nOut(UNITS).build()))
                .singleElement()
                .asString()
                .contains("layer1");
    }
}
