package io.github.dl4jep.cli.trainer.straightthrough;

import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.conf.distribution.UniformDistribution;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.weights.WeightInitDistribution;

/**
 * Makes the weights of a dense layer, or of a convolution, discrete.
 *
 * <p>Level 1 has the value \( c = \sqrt{g / n} \) for n inputs of a unit and the gain g of the units after it, which keeps the scale of the
 * potentials as the usual initial weights do. The latent weights are in units of c, so in [-1, 1]; they start uniformly there, as
 * BinaryNet's do.
 */
public final class StraightThrough {
    private StraightThrough() {}

    /**
     * Sets weight noise, constraint and initial weights of a layer; what it had of these is replaced.
     *
     * @param layer a dense, convolution or output layer
     * @param levels the levels
     * @param gain g, the variance of a weight times the number of inputs: 2 for ReLU units, 1 for spikes and outputs
     */
    public static void apply(FeedForwardLayer layer, DiscreteLevels levels, double gain) {
        layer.setWeightNoise(new StraightThroughWeights(levels, scale(layer, gain)));
        layer.setConstraints(List.of(new LatentClipping(Set.of(DefaultParamInitializer.WEIGHT_KEY))));
        layer.setWeightInitFn(new WeightInitDistribution(new UniformDistribution(-1, 1)));
    }

    /**
     * The value of level 1 in a layer.
     *
     * @param layer a dense, convolution or output layer
     * @param gain g
     * @return c
     */
    public static double scale(FeedForwardLayer layer, double gain) {
        long fanIn = layer.getNIn();
        if (layer instanceof ConvolutionLayer convolution) {
            for (int size : convolution.getKernelSize()) {
                fanIn *= size;
            }
        }
        return Math.sqrt(gain / fanIn);
    }
}
