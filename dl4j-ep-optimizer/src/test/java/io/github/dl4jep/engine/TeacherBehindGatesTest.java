package io.github.dl4jep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import java.util.Objects;
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
class TeacherBehindGatesTest {

    private static final int UNITS = 4;
    private static final int OUTPUTS = 3;

    /** How much weights of the cell hear of a message at the teacher's potentials, in times of what the teacher's vertex says by itself. */
    private static double heard(org.deeplearning4j.nn.conf.layers.Layer cell) {
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
        MessageGraph.Output last = new MessageGraph.Output(nodes.size() - 1, output);
        BatchLearning learning = new BatchLearning(1, nodes, List.of(last));
        List<GraphNode> alone = new ArrayList<>(nodes);
        alone.add(nodes.get(1).with(Objects.requireNonNull(last.teacher()).vertex()));
        return shift(learning.graph()) / shift(new VertexGraph(1, alone));
    }

    /** The size of what the cell's weights hear. The teacher is the last vertex. */
    private static double shift(VertexGraph graph) {
        Nd4j.getRandom().setSeed(2);
        INDArray x = Nd4j.rand(5, 2, 6);
        VertexGraph.Sweep sweep = graph.forward(List.of(ForwardMessage.observed(x)), Sites.NONE);
        BackwardMessage message = new BackwardMessage(Nd4j.ones(5, OUTPUTS), Nd4j.ones(5, OUTPUTS));
        Sites sites = sweep.answer(Map.of(graph.nodes().size(), message)).sites();
        ParameterKey key = sites.keys().stream()
                .filter(each -> each.place().contains("layer0") && each.name().equals("W"))
                .findFirst()
                .orElseThrow();
        return Objects.requireNonNull(sites.site(key)).shift().norm2Number().doubleValue();
    }

    @Test
    void recurrentLayersWithoutGatesHearAllOfIt() {
        assertThat(heard(new SimpleRnn.Builder().nIn(2).nOut(UNITS).build())).isCloseTo(1, within(1e-5));
    }

    @Test
    void gatesHearASixteenth() {
        assertThat(heard(new LSTM.Builder().nIn(2).nOut(UNITS).build())).isCloseTo(1.0 / 16, within(1e-5));
    }
}
