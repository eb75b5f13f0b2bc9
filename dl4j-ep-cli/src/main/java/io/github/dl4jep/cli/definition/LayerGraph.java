package io.github.dl4jep.cli.definition;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * A definition that is a graph.
 *
 * @param configuration DL4J's definition
 */
record LayerGraph(ComputationGraphConfiguration configuration) implements Definition {
    @Override
    public List<Place> layers() {
        return places(ordered());
    }

    /** All vertices, each after its inputs; in the order of the definition where that is left open. */
    private List<String> ordered() {
        List<String> ordered = new ArrayList<>(configuration.getNetworkInputs());
        int before = -1;
        while (ordered.size() > before) {
            before = ordered.size();
            configuration.getVertexInputs().forEach((name, inputs) -> {
                if (!ordered.contains(name) && ordered.containsAll(inputs)) {
                    ordered.add(name);
                }
            });
        }
        return ordered;
    }

    /** Those of the vertices that are layers. */
    private List<Place> places(List<String> names) {
        List<Place> places = new ArrayList<>();
        for (String name : names) {
            if (configuration.getVertices().get(name) instanceof LayerVertex vertex) {
                places.add(new Place(name, "layer \"" + name + "\"", vertex.getLayerConf(), vertex.getPreProcessor()));
            }
        }
        return places;
    }

    @Override
    public List<Place> outputs() {
        return places(configuration.getNetworkOutputs());
    }

    @Override
    public List<Place> inputs() {
        List<String> reached = new ArrayList<>();
        List<String> open = new ArrayList<>(configuration.getNetworkInputs());
        while (!open.isEmpty()) {
            for (String name : after(open.remove(0))) {
                boolean isLayer = configuration.getVertices().get(name) instanceof LayerVertex;
                (isLayer ? reached : open).add(name);
            }
        }
        return places(reached.stream().distinct().toList());
    }

    private List<String> after(String name) {
        return configuration.getVertexInputs().entrySet().stream()
                .filter(vertex -> vertex.getValue().contains(name))
                .map(Map.Entry::getKey)
                .toList();
    }

    @Override
    public List<Place> pathFrom(Place layer) {
        List<Place> path = new ArrayList<>(List.of(layer));
        List<String> next = after(layer.key());
        while (next.size() == 1 && configuration.getVertices().get(next.get(0)) instanceof LayerVertex) {
            path.addAll(places(next));
            next = after(next.get(0));
        }
        return path;
    }

    @Override
    public Definition copy() {
        return new LayerGraph(configuration.clone());
    }

    @Override
    public void setSeed(long seed) {
        configuration.getDefaultConfiguration().setSeed(seed);
        layers().forEach(layer -> layer.conf().setSeed(seed));
    }

    @Override
    public StockNetwork network() {
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        return new StockNetwork(network);
    }

    @Override
    public <R> R map(
            Function<? super MultiLayerConfiguration, ? extends R> layers,
            Function<? super ComputationGraphConfiguration, ? extends R> graph) {
        return graph.apply(configuration);
    }
}
