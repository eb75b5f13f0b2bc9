package io.github.dl4jep.zoo;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer.PoolingType;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * LeNet as in DL4J's zoo, with a choice of pooling and units: two convolutions of 5 x 5 with 20 and 50 channels, each followed by
 * pooling of 2 x 2, a dense layer of 500 units, and a softmax output.
 *
 * <pre>{@code
 * EpMultiLayerNetwork net = EpLeNet.builder().numClasses(10).build().init();
 * }</pre>
 *
 * <ul>
 *   <li>input: [minibatch, channels, height, width], or [minibatch, channels * height * width]
 *   <li>labels: [minibatch, numClasses], one-hot
 * </ul>
 */
public final class EpLeNet {

    private final long seed;
    private final InputShape inputShape;
    private final int numClasses;
    private final PoolingType pooling;
    private final IActivation activation;
    private final IUpdater updater;

    private EpLeNet(Builder builder) {
        seed = builder.seed;
        inputShape = builder.inputShape;
        numClasses = builder.numClasses;
        pooling = builder.pooling;
        activation = builder.activation;
        updater = builder.updater;
    }

    /**
     * A builder: images of [1, 28, 28], 10 classes, max pooling, ReLU units, seed 1234.
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
    public MultiLayerConfiguration conf() {
        return new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(updater)
                .weightInit(WeightInit.RELU)
                .convolutionMode(ConvolutionMode.Same)
                .activation(activation)
                .list()
                .layer(convolution("cnn1", 20))
                .layer(pooling("pool1"))
                .layer(convolution("cnn2", 50))
                .layer(pooling("pool2"))
                .layer(new DenseLayer.Builder().name("ffn1").nOut(500).build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .name("output")
                        .nOut(numClasses)
                        .activation(Activation.SOFTMAX)
                        .weightInit(WeightInit.XAVIER)
                        .build())
                .setInputType(inputShape.type())
                .build();
    }

    private static ConvolutionLayer convolution(String name, int channels) {
        return new ConvolutionLayer.Builder(5, 5).name(name).nOut(channels).build();
    }

    private SubsamplingLayer pooling(String name) {
        return new SubsamplingLayer.Builder(pooling)
                .name(name)
                .kernelSize(2, 2)
                .stride(2, 2)
                .build();
    }

    /**
     * The EP network, with default options.
     *
     * @return the network, initialised
     */
    public EpMultiLayerNetwork init() {
        return init(EpOptions.defaults());
    }

    /**
     * The EP network.
     *
     * @param options how it is trained
     * @return the network, initialised
     */
    public EpMultiLayerNetwork init(EpOptions options) {
        return EpNetworks.from(conf(), options);
    }

    /** Settings of {@link EpLeNet}. */
    public static final class Builder extends ZooBuilder<Builder> {

        private PoolingType pooling = PoolingType.MAX;

        private Builder() {
            super(new InputShape(1, 28, 28));
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * Sets the kind of pooling.
         *
         * @param value {@code MAX} or {@code AVG}
         * @return this
         */
        public Builder pooling(PoolingType value) {
            pooling = value;
            return this;
        }

        /**
         * Builds the model.
         *
         * @return the model; later changes of this builder do not reach it
         */
        public EpLeNet build() {
            return new EpLeNet(this);
        }
    }
}
