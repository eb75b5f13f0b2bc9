package io.github.dl4jep.samediff.ops;

import io.github.dl4jep.samediff.plan.OpRecogniser;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which SameDiff ops are known: one registration line each. Elementwise ops need none. */
public final class OpRecognisers {

    private static final Map<String, OpRecogniser> REGISTRY = new LinkedHashMap<>();

    static {
        register("matmul", LinearOps::product);
        register("xw_plus_b", LinearOps::productAndBias);
        register("relu_layer", LinearOps::productBiasAndRelu);
        register("biasadd", LinearOps::bias);
        register("conv2d", ConvolutionOps::convolution);
        register("maxpool2d", ConvolutionOps::maxPooling);
        register("avgpool2d", ConvolutionOps::averagePooling);
        register("batchnorm", NormalizationOps::batchNormalization);
        register("fused_batch_norm", NormalizationOps::fusedBatchNormalization);
        register("reshape", RearrangingOps::reshape);
        register("permute", RearrangingOps::permute);
        register("transpose", RearrangingOps::permute);
        register("flatten_2d", RearrangingOps::reshape);
        register("squeeze", RearrangingOps::reshape);
        register("expand_dims", RearrangingOps::reshape);
        register("identity", RearrangingOps::same);
        register("cast", RearrangingOps::same);
        register("dropout", RearrangingOps::same);
        register("dropout_inverted", RearrangingOps::same);
        register("stop_gradient", RearrangingOps::same);
        register("add", JoiningOps::add);
        register("mergeadd", JoiningOps::add);
        register("mergesum", JoiningOps::add);
        register("subtract", JoiningOps::subtract);
        register("multiply", JoiningOps::multiply);
        register("divide", JoiningOps::divide);
        register("realdiv", JoiningOps::divide);
        register("concat", JoiningOps::concatenate);
        register("add_scalar", JoiningOps::addScalar);
        register("sub_scalar", JoiningOps::addScalar);
        register("mul_scalar", JoiningOps::multiplyScalar);
        register("div_scalar", JoiningOps::multiplyScalar);
        register("reduce_mean", ReducingOps::mean);
        register("reduce_sum", ReducingOps::sum);
        register("softmax", ActivationOps::softmax);
        register("softmax_cross_entropy_loss", LossOps::softmaxCrossEntropy);
        register("softmax_cross_entropy_loss_with_logits", LossOps::softmaxCrossEntropyWithLogits);
        register("sparse_softmax_cross_entropy_loss_with_logits", LossOps::sparseSoftmaxCrossEntropy);
        register("sigm_cross_entropy_loss", LossOps::sigmoidCrossEntropy);
        register("log_loss", LossOps::logLoss);
        register("mean_sqerr_loss", LossOps::meanSquaredError);
        register("squaredsubtract", LossOps::squaredDifference);
        register("square", LossOps::square);
        register("abs", LossOps::absolute);
        register("absolute_difference_loss", LossOps::absoluteDifference);
        register("hinge_loss", LossOps::hinge);
        register("log_poisson_loss", LossOps::logPoisson);
        register("log", WrittenLosses::logarithm);
        register("log_softmax", WrittenLosses::logSoftmax);
        register("neg", WrittenLosses::negative);
        register(
                "huber_loss",
                LossOps.refused("Huber's loss has no likelihood here; use sd.loss.absoluteDifference, to which outliers"
                        + " matter no more than to it, or sd.loss.meanSquaredError"));
        register(
                "cosine_distance_loss",
                LossOps.refused(
                        "it is linear in the predictions, which it does not divide by their length, so it has no"
                                + " smallest value and no likelihood; use sd.loss.meanSquaredError for labels of length 1, or a layer of"
                                + " DL4J with the loss COSINE_PROXIMITY, whose likelihood is that of the direction"));
        register(
                "mean_pairwssqerr_loss",
                LossOps.refused("it compares pairs of outputs, which are no probability of the labels; use"
                        + " sd.loss.meanSquaredError"));
        register(
                "weighted_cross_entropy_with_logits",
                LossOps.refused(
                        "weights of positive labels have no place in a graph; use sd.loss.sigmoidCrossEntropy, or a"
                                + " layer of DL4J with the loss XENT"));
        register(
                "ctc_loss",
                LossOps.refused(
                        "it sums over alignments of labels and steps, which has no likelihood here; use one label for"
                                + " each example and sd.loss.softmaxCrossEntropy"));
    }

    private OpRecognisers() {}

    private static void register(String opName, OpRecogniser recogniser) {
        REGISTRY.put(opName, recogniser);
    }

    /**
     * The recogniser of an op.
     *
     * @param opName ND4J's name of the op
     * @return its own one, else the one for elementwise ops
     */
    public static OpRecogniser of(String opName) {
        return REGISTRY.getOrDefault(opName, ActivationOps::unit);
    }

    /** Whether an op has its own recogniser. */
    public static boolean isKnown(String opName) {
        return REGISTRY.containsKey(opName);
    }
}
