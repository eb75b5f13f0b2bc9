package io.github.dl4jep.samediff.moment;

import io.github.dl4jep.samediff.plan.ImageLayout;
import java.util.List;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.nd4j.autodiff.samediff.SDVariable;

/** Moments after vertices without weights; branches that join count as independent, as in training. */
final class MomentVertices {

    private MomentVertices() {}

    static MomentPair moments(GraphVertex vertex, List<MomentPair> inputs) {
        MomentPair first = inputs.get(0);
        if (vertex instanceof ElementWiseVertex elementwise) {
            return elementwise(elementwise.getOp(), inputs);
        }
        if (vertex instanceof ScaleVertex scale) {
            double factor = scale.getScaleFactor();
            return both(first, mean -> mean.mul(factor), variance -> variance.mul(factor * factor));
        }
        if (vertex instanceof ShiftVertex shift) {
            return both(first, mean -> mean.add(shift.getShiftFactor()), variance -> variance);
        }
        if (vertex instanceof MergeVertex) {
            return concatenated(inputs);
        }
        if (vertex instanceof PreprocessorVertex stage) {
            return rearranged(first, stage.getPreProcessor());
        }
        throw new UnsupportedOperationException(
                vertex.getClass().getSimpleName() + " has no moments in SameDiff's ops");
    }

    private static MomentPair both(
            MomentPair input, UnaryOperator<SDVariable> ofMean, UnaryOperator<SDVariable> ofVariance) {
        SDVariable variance = input.variance();
        return new MomentPair(ofMean.apply(input.mean()), variance == null ? null : ofVariance.apply(variance));
    }

    private static MomentPair elementwise(ElementWiseVertex.Op op, List<MomentPair> inputs) {
        if (op != ElementWiseVertex.Op.Add
                && op != ElementWiseVertex.Op.Subtract
                && op != ElementWiseVertex.Op.Product) {
            throw new UnsupportedOperationException("the element-wise " + op + " has no moments in SameDiff's ops");
        }
        MomentPair result = inputs.get(0);
        for (MomentPair next : inputs.subList(1, inputs.size())) {
            result = switch (op) {
                case Add -> new MomentPair(result.mean().add(next.mean()), sumOfVariances(result, next));
                case Subtract -> new MomentPair(result.mean().sub(next.mean()), sumOfVariances(result, next));
                default -> product(result, next);
            };
        }
        return result;
    }

    private static SDVariable sumOfVariances(MomentPair a, MomentPair b) {
        return a.varianceOrZeros().add(b.varianceOrZeros());
    }

    /** Of independent factors: s t + m^2 t + n^2 s. */
    private static MomentPair product(MomentPair a, MomentPair b) {
        SDVariable s = a.varianceOrZeros();
        SDVariable t = b.varianceOrZeros();
        SDVariable m = a.mean();
        SDVariable n = b.mean();
        return new MomentPair(
                m.mul(n), s.mul(t).add(m.mul(m).mul(t)).add(n.mul(n).mul(s)));
    }

    private static MomentPair concatenated(List<MomentPair> inputs) {
        SDVariable[] means = inputs.stream().map(MomentPair::mean).toArray(SDVariable[]::new);
        SDVariable[] variances =
                inputs.stream().map(MomentPair::varianceOrZeros).toArray(SDVariable[]::new);
        return new MomentPair(
                inputs.get(0).graph().concat(1, means), inputs.get(0).graph().concat(1, variances));
    }

    private static MomentPair rearranged(MomentPair input, InputPreProcessor preProcessor) {
        if (preProcessor instanceof CnnToFeedForwardPreProcessor flattening) {
            long length = flattening.getInputHeight() * flattening.getInputWidth() * flattening.getNumChannels();
            boolean last = flattening.getFormat() == CNN2DFormat.NHWC;
            UnaryOperator<SDVariable> flat =
                    x -> (last ? x.permute(ImageLayout.toChannelsLast()) : x).reshape(-1, length);
            return both(input, flat, flat);
        }
        if (preProcessor instanceof FeedForwardToCnnPreProcessor images) {
            UnaryOperator<SDVariable> image =
                    x -> x.reshape(-1, images.getNumChannels(), images.getInputHeight(), images.getInputWidth());
            return both(input, image, image);
        }
        throw new UnsupportedOperationException(
                preProcessor.getClass().getSimpleName() + " has no moments in SameDiff's ops");
    }
}
