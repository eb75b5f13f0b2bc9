package io.github.dl4jep.stock;

import io.github.dl4jep.conf.GraphConfigurations;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;

/** A graph without branches as the list of layers that it is, for what works on lists of layers only. */
public final class GraphChain {

    private final ComputationGraphConfiguration conf;
    private final List<NeuralNetConfiguration> layers = new ArrayList<>();
    private final Map<Integer, InputPreProcessor> preProcessors = new HashMap<>();

    private GraphChain(ComputationGraphConfiguration conf) {
        this.conf = conf;
    }

    /**
     * The list of layers.
     *
     * @param graph an initialised graph; not changed
     * @return a network on the graph's own parameters
     * @throws DL4JInvalidConfigException if the graph is no chain of layers; names the vertex
     */
    public static MultiLayerNetwork of(ComputationGraph graph) {
        GraphChain chain = new GraphChain(graph.getConfiguration());
        chain.follow();
        // Not by its builder, which sets the seed of ND4J's generator.
        MultiLayerConfiguration list = new MultiLayerConfiguration();
        list.setConfs(chain.layers);
        list.setInputPreProcessors(chain.preProcessors);
        list.setDataType(graph.getConfiguration().getDataType());
        MultiLayerNetwork network = new MultiLayerNetwork(list);
        if (graph.numParams() == 0) {
            network.init();
        } else {
            network.init(graph.params(), false);
        }
        return network;
    }

    private void follow() {
        String name = one("inputs", conf.getNetworkInputs());
        String output = one("outputs", conf.getNetworkOutputs());
        while (!name.equals(output)) {
            List<String> readers = GraphConfigurations.readers(conf, name);
            if (readers.size() != 1) {
                throw noChain("\"" + name + "\" is read by " + readers);
            }
            name = readers.get(0);
            add(name, conf.getVertices().get(name));
        }
    }

    private void add(String name, @Nullable GraphVertex vertex) {
        if (vertex instanceof LayerVertex layer) {
            if (layer.getPreProcessor() != null) {
                preProcess(layer.getPreProcessor());
            }
            NeuralNetConfiguration copy = layer.getLayerConf().clone();
            copy.clearVariables();
            layers.add(copy);
        } else if (vertex instanceof PreprocessorVertex stage) {
            preProcess(stage.getPreProcessor());
        } else {
            throw noChain("vertex \"" + name + "\" ("
                    + (vertex == null ? "none" : vertex.getClass().getSimpleName()) + ") is no layer");
        }
    }

    private void preProcess(InputPreProcessor next) {
        preProcessors.merge(layers.size(), next, ComposableInputPreProcessor::new);
    }

    private static String one(String what, List<String> names) {
        if (names.size() != 1) {
            throw noChain("its " + what + " are " + names);
        }
        return names.get(0);
    }

    private static DL4JInvalidConfigException noChain(String reason) {
        return new DL4JInvalidConfigException("The graph is no chain of layers: " + reason
                + "; ensembles, runs of several time steps and compact files need one input, one output and layers that each read"
                + " the one before. For other graphs use predictor().sample(...) and sample(seed)");
    }
}
