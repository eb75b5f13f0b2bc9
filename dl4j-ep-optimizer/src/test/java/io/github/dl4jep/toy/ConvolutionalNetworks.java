package io.github.dl4jep.toy;

import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small definitions with one layer of each type that shares or selects weights, and data for them. */
public final class ConvolutionalNetworks {

    private static final int CLASSES = 3;

    private ConvolutionalNetworks() {}

    /**
     * A definition and data for it.
     *
     * @param name for reports
     * @param definition plain DL4J layers
     * @param data features and one-hot labels
     */
    public record Case(String name, MultiLayerConfiguration definition, DataSet data) {

        @Override
        public String toString() {
            return name;
        }
    }

    /** All of them, with an activation in the layers that are tested. */
    public static List<Case> all(IActivation activation) {
        return List.of(
                images("conv valid", CNN2DFormat.NCHW, conv(ConvolutionMode.Truncate, CNN2DFormat.NCHW, activation)),
                images("conv same", CNN2DFormat.NCHW, conv(ConvolutionMode.Same, CNN2DFormat.NCHW, activation)),
                images("conv NHWC", CNN2DFormat.NHWC, conv(ConvolutionMode.Same, CNN2DFormat.NHWC, activation)),
                images("deconv", CNN2DFormat.NCHW, deconv(ConvolutionMode.Truncate, 2, CNN2DFormat.NCHW, activation)),
                images("deconv same", CNN2DFormat.NCHW, deconv(ConvolutionMode.Same, 2, CNN2DFormat.NCHW, activation)),
                images("deconv wide", CNN2DFormat.NCHW, deconv(ConvolutionMode.Same, 4, CNN2DFormat.NCHW, activation)),
                images("deconv NHWC", CNN2DFormat.NHWC, deconv(ConvolutionMode.Same, 2, CNN2DFormat.NHWC, activation)),
                images("depthwise", CNN2DFormat.NCHW, depthwise(CNN2DFormat.NCHW, activation)),
                images("depthwise NHWC", CNN2DFormat.NHWC, depthwise(CNN2DFormat.NHWC, activation)),
                images("separable", CNN2DFormat.NCHW, separable(CNN2DFormat.NCHW, activation)),
                images("separable NHWC", CNN2DFormat.NHWC, separable(CNN2DFormat.NHWC, activation)),
                sequences("conv1d", RNNFormat.NCW, ConvolutionMode.Truncate, activation),
                sequences("conv1d causal", RNNFormat.NCW, ConvolutionMode.Causal, activation),
                sequences("conv1d NWC", RNNFormat.NWC, ConvolutionMode.Same, activation),
                volumes("conv3d", Convolution3D.DataFormat.NCDHW, false, activation),
                volumes("conv3d NDHWC", Convolution3D.DataFormat.NDHWC, false, activation),
                volumes("deconv3d", Convolution3D.DataFormat.NCDHW, true, activation),
                embedding(activation),
                elementWise(activation));
    }

    private static Layer conv(ConvolutionMode mode, CNN2DFormat format, IActivation activation) {
        return new ConvolutionLayer.Builder(3, 2)
                .name("tested")
                .nOut(5)
                .convolutionMode(mode)
                .dataFormat(format)
                .activation(activation)
                .build();
    }

    private static Layer deconv(ConvolutionMode mode, int stride, CNN2DFormat format, IActivation activation) {
        Deconvolution2D layer = new Deconvolution2D.Builder(3, 2)
                .name("tested")
                .nOut(4)
                .stride(stride, stride)
                .convolutionMode(mode)
                .activation(activation)
                .build();
        layer.setCnn2dDataFormat(format);
        return layer;
    }

    private static Layer depthwise(CNN2DFormat format, IActivation activation) {
        return new DepthwiseConvolution2D.Builder(3, 2)
                .name("tested")
                .depthMultiplier(3)
                .dataFormat(format)
                .activation(activation)
                .build();
    }

    private static Layer separable(CNN2DFormat format, IActivation activation) {
        return new SeparableConvolution2D.Builder(3, 2)
                .name("tested")
                .nOut(5)
                .depthMultiplier(2)
                .dataFormat(format)
                .activation(activation)
                .build();
    }

    /** A network of padding, pooling and normalization around a layer. */
    private static Case images(String name, CNN2DFormat format, Layer tested) {
        MultiLayerConfiguration definition = list().layer(new ZeroPaddingLayer.Builder(1, 0, 1, 1)
                        .dataFormat(format)
                        .build())
                .layer(tested)
                .layer(new SubsamplingLayer.Builder(2, 2)
                        .stride(2, 2)
                        .poolingType(PoolingType.MAX)
                        .dataFormat(format)
                        .build())
                .layer(new LocalResponseNormalization.Builder()
                        .dataFormat(format)
                        .build())
                .layer(output())
                .setInputType(InputType.convolutional(5, 6, 2, format))
                .build();
        INDArray features = normal(24, 2, 5, 6);
        return new Case(
                name,
                definition,
                new DataSet(
                        format == CNN2DFormat.NHWC
                                ? features.permute(0, 2, 3, 1).dup('c')
                                : features,
                        labels(24)));
    }

    private static Case sequences(String name, RNNFormat format, ConvolutionMode mode, IActivation activation) {
        MultiLayerConfiguration definition = list().layer(new Convolution1DLayer.Builder(3)
                        .name("tested")
                        .nOut(6)
                        .convolutionMode(mode)
                        .rnnDataFormat(format)
                        .activation(activation)
                        .build())
                .layer(new GlobalPoolingLayer.Builder(PoolingType.AVG)
                        .poolingDimensions(format == RNNFormat.NWC ? 1 : 2)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(6)
                        .nOut(CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.recurrent(2, 7, format))
                .build();
        INDArray features = normal(24, 2, 7);
        return new Case(
                name,
                definition,
                new DataSet(format == RNNFormat.NWC ? features.permute(0, 2, 1).dup('c') : features, labels(24)));
    }

    private static Case volumes(
            String name, Convolution3D.DataFormat format, boolean transposed, IActivation activation) {
        Layer tested = transposed
                ? new Deconvolution3D.Builder()
                        .kernelSize(2, 3, 2)
                        .name("tested")
                        .stride(2, 1, 2)
                        .nOut(4)
                        .convolutionMode(ConvolutionMode.Truncate)
                        .dataFormat(format)
                        .activation(activation)
                        .build()
                : new Convolution3D.Builder(2, 3, 2)
                        .name("tested")
                        .nOut(4)
                        .convolutionMode(ConvolutionMode.Same)
                        .dataFormat(format)
                        .activation(activation)
                        .build();
        boolean last = format == Convolution3D.DataFormat.NDHWC;
        MultiLayerConfiguration definition = list().layer(tested)
                .layer(new GlobalPoolingLayer.Builder(PoolingType.AVG)
                        .poolingDimensions(last ? new int[] {1, 2, 3} : new int[] {2, 3, 4})
                        .build())
                .layer(output())
                .setInputType(InputType.convolutional3D(format, 3, 4, 3, 2))
                .build();
        INDArray features = normal(24, 2, 3, 4, 3);
        return new Case(
                name,
                definition,
                new DataSet(last ? features.permute(0, 2, 3, 4, 1).dup('c') : features, labels(24)));
    }

    private static Case embedding(IActivation activation) {
        MultiLayerConfiguration definition = list().layer(new EmbeddingLayer.Builder()
                        .name("tested")
                        .nIn(5)
                        .nOut(6)
                        .hasBias(true)
                        .activation(activation)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(6)
                        .nOut(CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build();
        Random random = new Random(2);
        float[][] indices = new float[24][1];
        for (float[] index : indices) {
            index[0] = random.nextInt(5);
        }
        return new Case("embedding", definition, new DataSet(Nd4j.createFromArray(indices), labels(24)));
    }

    private static Case elementWise(IActivation activation) {
        MultiLayerConfiguration definition = list().layer(new DenseLayer.Builder()
                        .nIn(4)
                        .nOut(6)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(new ElementWiseMultiplicationLayer.Builder()
                        .name("tested")
                        .nIn(6)
                        .nOut(6)
                        .activation(activation)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(6)
                        .nOut(CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build();
        return new Case("elementwise", definition, new DataSet(normal(24, 4), labels(24)));
    }

    private static NeuralNetConfiguration.ListBuilder list() {
        return new NeuralNetConfiguration.Builder().seed(3).list();
    }

    private static OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static INDArray labels(int rows) {
        float[][] labels = new float[rows][CLASSES];
        for (int n = 0; n < rows; n++) {
            labels[n][n % CLASSES] = 1;
        }
        return Nd4j.createFromArray(labels);
    }

    /** The class can be seen: it moves the mean of the first channel. */
    private static INDArray normal(long... shape) {
        Random random = new Random(1);
        INDArray array = Nd4j.create(org.nd4j.linalg.api.buffer.DataType.FLOAT, shape);
        long perExample = array.length() / shape[0];
        for (long i = 0; i < array.length(); i++) {
            double mean = i / perExample % CLASSES - 1;
            array.putScalar(i, mean + random.nextGaussian());
        }
        return array;
    }
}
