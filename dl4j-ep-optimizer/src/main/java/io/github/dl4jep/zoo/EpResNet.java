package io.github.dl4jep.zoo;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.network.EpComputationGraph;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * A residual network for small images: a convolution of 3 x 3, three stages of n blocks, the average over all positions, and a
 * softmax output. A block is two convolutions of 3 x 3, each followed by batch normalization, added to the block's input. The first
 * block of the second and third stage halves height and width and doubles the channels; there the input goes through a
 * convolution of 1 x 1 with stride 2. Depth \( 6n + 2 \), not counting those.
 *
 * <pre>{@code
 * EpComputationGraph net = EpResNet.builder().inputShape(new int[] {3, 32, 32}).numClasses(10).build().init();
 * }</pre>
 *
 * <ul>
 *   <li>input: [minibatch, channels, height, width], or [minibatch, channels * height * width]
 *   <li>labels: [minibatch, numClasses], one-hot
 * </ul>
 *
 * <p>Source: K. He, X. Zhang, S. Ren and J. Sun 2015, "Deep Residual Learning for Image Recognition", arXiv:1512.03385, section
 * 4.2, but with projections in the shortcuts, where theirs for small images pad with zeros.
 */
public final class EpResNet {

    private static final int STAGES = 3;

    private final long seed;
    private final InputShape inputShape;
    private final int numClasses;
    private final int blocks;
    private final int width;
    private final IActivation activation;
    private final IUpdater updater;

    private EpResNet(Builder builder) {
        seed = builder.seed;
        inputShape = builder.inputShape;
        numClasses = builder.numClasses;
        blocks = builder.blocks;
        width = builder.width;
        activation = builder.activation;
        updater = builder.updater;
    }

    /**
     * A builder: images of [3, 32, 32], 10 classes, 3 blocks a stage (depth 20), 16 channels in the first, ReLU units, seed 1234.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The definition.
     *
     * @return a DL4J configuration, which stock DL4J trains as well
     */
    public ComputationGraphConfiguration conf() {
        GraphBuilder graph = new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(updater)
                .weightInit(WeightInit.RELU)
                .convolutionMode(ConvolutionMode.Same)
                .activation(Activation.IDENTITY)
                .graphBuilder()
                .addInputs("input")
                .setInputTypes(inputShape.type());
        String last = unit(graph, "stem", normalized(graph, "stem", 3, 1, width, "input"));
        for (int stage = 1; stage <= STAGES; stage++) {
            for (int block = 1; block <= blocks; block++) {
                last = block(graph, stage, block, last);
            }
        }
        return graph.addLayer("pool", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), last)
                .addLayer("output", output(), "pool")
                .setOutputs("output")
                .build();
    }

    private String block(GraphBuilder graph, int stage, int block, String input) {
        String name = "stage" + stage + "-block" + block;
        boolean halves = stage > 1 && block == 1;
        int stride = halves ? 2 : 1;
        int channels = width << (stage - 1);
        String first = unit(graph, name + "a", normalized(graph, name + "a", 3, stride, channels, input));
        String second = normalized(graph, name + "b", 3, 1, channels, first);
        String shortcut = halves ? normalized(graph, name + "-shortcut", 1, stride, channels, input) : input;
        graph.addVertex(name + "-sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), second, shortcut);
        return unit(graph, name, name + "-sum");
    }

    /** A convolution, and batch normalization after it in place of a bias. */
    private static String normalized(
            GraphBuilder graph, String name, int kernel, int stride, int channels, String input) {
        ConvolutionLayer convolution = new ConvolutionLayer.Builder(kernel, kernel)
                .stride(stride, stride)
                .nOut(channels)
                .hasBias(false)
                .build();
        graph.addLayer(name + "-conv", convolution, input);
        graph.addLayer(name + "-norm", new BatchNormalization(), name + "-conv");
        return name + "-norm";
    }

    private String unit(GraphBuilder graph, String name, String input) {
        graph.addLayer(name + "-unit", new ActivationLayer(activation), input);
        return name + "-unit";
    }

    private OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(numClasses)
                .activation(Activation.SOFTMAX)
                .weightInit(WeightInit.XAVIER)
                .build();
    }

    /**
     * The EP network, with default options.
     *
     * @return the network, initialised
     */
    public EpComputationGraph init() {
        return init(EpOptions.defaults());
    }

    /**
     * The EP network.
     *
     * @param options how it is trained
     * @return the network, initialised
     */
    public EpComputationGraph init(EpOptions options) {
        return EpNetworks.from(conf(), options);
    }

    /** Settings of {@link EpResNet}. */
    public static final class Builder extends ZooBuilder<Builder> {

        private int blocks = 3;
        private int width = 16;

        private Builder() {
            super(new InputShape(3, 32, 32));
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * Sets the number of blocks in each of the three stages.
         *
         * @param value n, at least 1
         * @return this
         * @throws DL4JInvalidConfigException if it is less
         */
        public Builder blocks(int value) {
            if (value < 1) {
                throw new DL4JInvalidConfigException("blocks is " + value + ", allowed: 1 and more");
            }
            blocks = value;
            return this;
        }

        /**
         * Sets the depth, another way to say {@link #blocks}.
         *
         * @param value \( 6n + 2 \): 8, 14, 20, 26, 32, ...
         * @return this
         * @throws DL4JInvalidConfigException if it is another number
         */
        public Builder depth(int value) {
            if (value < 8 || value % (2 * STAGES) != 2) {
                throw new DL4JInvalidConfigException("depth is " + value
                        + ", allowed are 6 n + 2 layers for n blocks a stage: 8, 14, 20, 26, 32, ...");
            }
            return blocks(value / (2 * STAGES));
        }

        /**
         * Sets the number of channels in the first stage; the second has twice, the third four times as many.
         *
         * @param value at least 1
         * @return this
         * @throws DL4JInvalidConfigException if it is less
         */
        public Builder width(int value) {
            if (value < 1) {
                throw new DL4JInvalidConfigException("width is " + value + ", allowed: 1 and more");
            }
            width = value;
            return this;
        }

        /**
         * Builds the model.
         *
         * @return the model; later changes of this builder do not reach it
         */
        public EpResNet build() {
            return new EpResNet(this);
        }
    }
}
