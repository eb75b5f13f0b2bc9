package io.github.dl4jep.samediff.moment;

import io.github.dl4jep.params.NamedPosterior;
import io.github.dl4jep.params.PosteriorLayout;
import io.github.dl4jep.samediff.plan.Arrangement;
import io.github.dl4jep.weight.WeightMoments;
import java.util.List;
import java.util.function.BinaryOperator;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;

/**
 * Moments of linear maps: mean m M + b, variance m^2 V + s (V + M^2) + v of inputs (m, s), weights (M, V) and bias (b, v), where a
 * product is that of matrices or a convolution.
 */
final class MomentProducts {

    private MomentProducts() {}

    static MomentPair dense(Layer layer, MomentPair input) {
        return moments(layer, input, new long[0], (x, weights) -> x.mmul(weights));
    }

    static MomentPair convolution(Layer layer, ConvolutionLayer conf, MomentPair input) {
        int[] kernel = conf.getKernelSize();
        long[] shape = {kernel[0], kernel[1], conf.getNIn(), conf.getNOut()};
        Conv2DConfig config = Conv2DConfig.builder()
                .kH(kernel[0])
                .kW(kernel[1])
                .sH(conf.getStride()[0])
                .sW(conf.getStride()[1])
                .pH(conf.getPadding()[0])
                .pW(conf.getPadding()[1])
                .dH(conf.getDilation()[0])
                .dW(conf.getDilation()[1])
                .paddingMode(conf.getConvolutionMode() == ConvolutionMode.Same ? PaddingMode.SAME : PaddingMode.VALID)
                .dataFormat(Conv2DConfig.NCHW)
                .build();
        return moments(layer, input, shape, (x, weights) -> x.getSameDiff().cnn.conv2d(x, weights, config));
    }

    /** The kernel's shape is empty for matrices. */
    private static MomentPair moments(
            Layer layer, MomentPair input, long[] kernel, BinaryOperator<SDVariable> product) {
        List<NamedPosterior> posteriors = PosteriorLayout.of(layer);
        SDVariable uncertain = input.variance();
        WeightMoments weights = posteriors.get(0).posterior().predictiveMomentsOfSums(uncertain == null);
        INDArray squaredMean = weights.mean().mul(weights.mean());
        SDVariable mean = product.apply(input.mean(), arranged(input, weights.mean(), kernel));
        SDVariable variance =
                product.apply(input.mean().mul(input.mean()), arranged(input, weights.varianceOfSums(), kernel));
        if (uncertain != null) {
            INDArray second = squaredMean.add(weights.variance());
            variance = variance.add(product.apply(uncertain, arranged(input, second, kernel)));
        }
        for (NamedPosterior bias : posteriors.subList(1, posteriors.size())) {
            WeightMoments moments = bias.posterior().predictiveMoments();
            mean = mean.add(row(input, moments.mean(), kernel));
            variance = variance.add(row(input, moments.variance(), kernel));
        }
        return new MomentPair(mean, variance);
    }

    private static SDVariable arranged(MomentPair input, INDArray weights, long[] kernel) {
        return MomentGraph.constant(
                input.graph(), kernel.length == 0 ? weights : Arrangement.KERNEL_YXIO.toVariable(weights, kernel));
    }

    private static SDVariable row(MomentPair input, INDArray row, long[] kernel) {
        return MomentGraph.constant(
                input.graph(), kernel.length == 0 ? row : row.dup('c').reshape('c', 1, row.length(), 1, 1));
    }
}
