package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.failure.UserException;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Convolution2D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A list of stock DL4J layers that runs layer by layer, for trainers without one backward pass through the whole network. The last layer is
 * an output layer; dropout and weight noise of the definition are left out.
 */
final class LayerChain {
    private static final LayerWorkspaceMgr MEMORY = LayerWorkspaceMgr.noWorkspaces();

    private final MultiLayerNetwork network;
    private final Layer[] layers;
    private final Gradient gradient;
    private int steps;

    /**
     * Creates the layers with initial weights.
     *
     * @param configuration the definition, of kinds of layers that {@link #checked} lets through
     */
    LayerChain(MultiLayerConfiguration configuration) {
        network = new MultiLayerNetwork(configuration);
        network.init();
        network.initGradientsView();
        layers = network.getLayers();
        for (Layer layer : layers) {
            layer.allowInputModification(false);
        }
        gradient = new DefaultGradient(network.getFlattenedGradients());
    }

    /**
     * Layers from the first to before the last, beginning with one that has weights.
     *
     * @param from the first
     * @param to the one after the last
     */
    record Block(int from, int to) {}

    /**
     * What an output layer says about its input.
     *
     * @param score the mean loss of the rows
     * @param epsilon the gradient of the sum of the losses, in the shape of the input
     */
    record Loss(double score, INDArray epsilon) {}

    /**
     * Checks that a definition is a list of layers that can run one by one.
     *
     * @param trainer who asks
     * @param definition the definition, changed in place: dropout and weight noise are taken out
     * @return the list
     * @throws UserException if it is a graph, or has a layer of another kind, which is named
     */
    static MultiLayerConfiguration checked(String trainer, Definition definition) {
        MultiLayerConfiguration list = definition.map(layers -> layers, graph -> {
            throw new UserException(trainer + " cannot train this network: it is a graph, but " + trainer
                    + " trains lists of layers, from the first to the last.");
        });
        List<Definition.Place> places = definition.layers();
        for (int i = 0; i < places.size(); i++) {
            Definition.Place place = places.get(i);
            String kind = refused(place.conf(), i == places.size() - 1);
            if (kind != null) {
                throw new UserException(
                        trainer + " cannot train this network: " + place.name() + " is a " + kind + ", but "
                                + trainer
                                + " trains dense and convolution layers, with layers without weights between them and an"
                                + " output layer at the end.");
            }
            place.conf().getLayer().setIDropout(null);
            if (place.conf().getLayer() instanceof BaseLayer base) {
                base.setWeightNoise(null);
            }
        }
        if (blocks(list).isEmpty()) {
            throw new UserException(trainer + " cannot train this network: "
                    + places.get(places.size() - 1).name() + " is its only layer with weights, but " + trainer
                    + " is for hidden layers: choose the trainer adam.");
        }
        return list;
    }

    /** What the layer is, if it is not of a kind that is taken. */
    private static @Nullable String refused(NeuralNetConfiguration conf, boolean last) {
        org.deeplearning4j.nn.conf.layers.Layer layer = conf.getLayer();
        boolean taken;
        if (last) {
            taken = layer.getClass().equals(OutputLayer.class);
        } else if (layer instanceof DenseLayer dense && dense.hasLayerNorm()) {
            return "DenseLayer with layer normalization";
        } else {
            taken = layer.getClass().equals(DenseLayer.class)
                    || layer.getClass().equals(ConvolutionLayer.class)
                    || layer.getClass().equals(Convolution2D.class)
                    || layer.initializer().numParams(conf) == 0;
        }
        return taken ? null : layer.getClass().getSimpleName();
    }

    /**
     * Parts the hidden layers: each block is a layer with weights and those without that follow.
     *
     * @param list the layers
     * @return the blocks, in order; layers before the first that has weights belong to the first
     */
    static List<Block> blocks(MultiLayerConfiguration list) {
        List<Integer> starts = new ArrayList<>();
        int output = list.getConfs().size() - 1;
        for (int i = 0; i < output; i++) {
            NeuralNetConfiguration conf = list.getConf(i);
            if (conf.getLayer().initializer().numParams(conf) > 0) {
                starts.add(starts.isEmpty() ? 0 : i);
            }
        }
        List<Block> blocks = new ArrayList<>();
        for (int k = 0; k < starts.size(); k++) {
            blocks.add(new Block(starts.get(k), k + 1 < starts.size() ? starts.get(k + 1) : output));
        }
        return blocks;
    }

    /**
     * A chain of one output layer, which reads features as the output layer of another chain does.
     *
     * @param like the layers whose output layer is copied
     * @param features how many numbers a row has
     * @param seed the seed of its initial weights
     * @return the output layer, with other weights
     */
    static LayerChain head(MultiLayerConfiguration like, long features, long seed) {
        NeuralNetConfiguration output = like.getConf(like.getConfs().size() - 1);
        OutputLayer layer = (OutputLayer) output.getLayer().clone();
        layer.setNIn(features);
        return new LayerChain(new NeuralNetConfiguration.Builder()
                .seed(seed)
                .miniBatch(output.isMiniBatch())
                .list(layer)
                .build());
    }

    /** All layers but the output layer, as one block. */
    Block hidden() {
        return new Block(0, layers.length - 1);
    }

    /**
     * Runs layers.
     *
     * @param block which
     * @param input the input of the first, [rows, ...]
     * @return the output of the last, [rows, ...]
     */
    INDArray forward(Block block, INDArray input) {
        INDArray activation = input;
        for (int i = block.from(); i < block.to(); i++) {
            activation = layers[i].activate(processed(i, activation), true, MEMORY);
        }
        return activation;
    }

    private INDArray processed(int layer, INDArray input) {
        InputPreProcessor processor = network.getLayerWiseConfigurations().getInputPreProcess(layer);
        return processor == null ? input : processor.preProcess(input, (int) input.size(0), MEMORY);
    }

    /**
     * Goes back through layers that {@link #forward} has run, and keeps the gradients of their weights.
     *
     * @param block which
     * @param epsilon the gradient of the sum of losses with respect to the output of the last, [rows, ...]
     */
    void backward(Block block, INDArray epsilon) {
        INDArray back = epsilon;
        for (int i = block.to() - 1; i >= block.from(); i--) {
            back = backward(i, back);
        }
    }

    private INDArray backward(int layer, INDArray epsilon) {
        Pair<Gradient, INDArray> pair = layers[layer].backpropGradient(epsilon, MEMORY);
        return keep(layer, pair, (int) epsilon.size(0));
    }

    private INDArray keep(int layer, Pair<Gradient, INDArray> pair, int rows) {
        pair.getFirst()
                .gradientForVariable()
                .forEach((name, array) -> gradient.setGradientFor(layer + "_" + name, array));
        InputPreProcessor processor = network.getLayerWiseConfigurations().getInputPreProcess(layer);
        return processor == null ? pair.getSecond() : processor.backprop(pair.getSecond(), rows, MEMORY);
    }

    /**
     * Keeps the gradient of one layer's weights.
     *
     * @param layer which
     * @param input its input, [rows, ...]
     * @param epsilon the gradient of the sum of losses with respect to its output, [rows, ...]
     */
    void gradientOf(int layer, INDArray input, INDArray epsilon) {
        layers[layer].setInput(processed(layer, input), MEMORY);
        backward(layer, epsilon);
    }

    /**
     * Computes the loss, and keeps the gradient of the output layer's weights.
     *
     * @param input the input of the output layer, [rows, ...]
     * @param labels [rows, outputs]
     * @return the loss and its gradient
     */
    Loss loss(INDArray input, INDArray labels) {
        BaseOutputLayer<?> layer = outputLayer(input, labels);
        double score = layer.computeScore(0, true, MEMORY);
        Pair<Gradient, INDArray> pair = layer.backpropGradient(Nd4j.empty(), MEMORY);
        INDArray epsilon = keep(layers.length - 1, pair, (int) input.size(0));
        return new Loss(score, epsilon.reshape('c', input.shape()));
    }

    /**
     * Computes the loss of every row.
     *
     * @param input the input of the output layer, [rows, ...]
     * @param labels [rows, outputs]
     * @return [rows, 1]
     */
    INDArray lossOfEach(INDArray input, INDArray labels) {
        return outputLayer(input, labels).computeScoreForExamples(0, MEMORY);
    }

    private BaseOutputLayer<?> outputLayer(INDArray input, INDArray labels) {
        BaseOutputLayer<?> layer = (BaseOutputLayer<?>) layers[layers.length - 1];
        layer.setInput(processed(layers.length - 1, input), MEMORY);
        layer.setLabels(labels);
        return layer;
    }

    /**
     * Changes all weights by the updaters of the definition, along the gradients that were kept.
     *
     * @param rows how many rows the gradients are sums over
     * @param factor what the gradients are multiplied by
     */
    void step(int rows, double factor) {
        if (factor != 1) {
            network.getFlattenedGradients().muli(factor);
        }
        network.getUpdater().update(network, gradient, steps, 0, rows, MEMORY);
        INDArray change = network.getFlattenedGradients();
        network.params().subi(change.reshape(network.params().shape()));
        steps++;
    }

    /** The outputs for some rows. */
    INDArray output(INDArray input) {
        return network.output(input);
    }
}
