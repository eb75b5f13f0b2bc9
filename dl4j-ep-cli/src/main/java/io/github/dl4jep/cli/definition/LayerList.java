package io.github.dl4jep.cli.definition;

import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * A definition that is a list of layers.
 *
 * @param configuration DL4J's definition
 */
record LayerList(MultiLayerConfiguration configuration) implements Definition {
    @Override
    public List<Place> layers() {
        return IntStream.range(0, configuration.getConfs().size())
                .mapToObj(this::place)
                .toList();
    }

    private Place place(int index) {
        NeuralNetConfiguration conf = configuration.getConf(index);
        // A broken file may lack the layer; whoever reads files says so.
        String name = conf.getLayer() == null ? null : conf.getLayer().getLayerName();
        return new Place(
                String.valueOf(index),
                "layer " + index + (name == null ? "" : " (" + name + ")"),
                conf,
                configuration.getInputPreProcess(index));
    }

    @Override
    public List<Place> outputs() {
        return List.of(place(configuration.getConfs().size() - 1));
    }

    @Override
    public List<Place> inputs() {
        return List.of(place(0));
    }

    @Override
    public List<Place> pathFrom(Place layer) {
        List<Place> all = layers();
        return all.subList(Integer.parseInt(layer.key()), all.size());
    }

    @Override
    public Definition copy() {
        return new LayerList(configuration.clone());
    }

    @Override
    public void setSeed(long seed) {
        configuration.getConfs().forEach(layer -> layer.setSeed(seed));
    }

    @Override
    public StockNetwork network() {
        MultiLayerNetwork network = new MultiLayerNetwork(configuration);
        network.init();
        return new StockNetwork(network);
    }

    @Override
    public <R> R map(
            Function<? super MultiLayerConfiguration, ? extends R> layers,
            Function<? super ComputationGraphConfiguration, ? extends R> graph) {
        return layers.apply(configuration);
    }
}
