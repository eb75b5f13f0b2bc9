package io.github.dl4jep.samediff.layer;

import java.util.Map;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffOutputLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.deeplearning4j.nn.weights.WeightInit;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Layers as users of DL4J write them, with parameters and ops that are not read. */
final class UnreadLayers {

    private UnreadLayers() {}

    /** x W, as a sum of products. */
    private static SDVariable product(SameDiff sd, SDVariable input, SDVariable weights) {
        return sd.expandDims(input, 2).mul(weights).sum(1);
    }

    /** x W + b, without a unit. */
    public static class Linear extends OwnLayers.Dense {

        private static final long serialVersionUID = 1L;

        public Linear() {}

        Linear(int inputs, int outputs) {
            super(inputs, outputs);
        }

        @Override
        public SDVariable defineLayer(
                SameDiff sd, SDVariable input, Map<String, SDVariable> table, @Nullable SDVariable mask) {
            return product(sd, input, table.get("weights")).add(table.get("offset"));
        }
    }

    /** Radial units \( \exp(-|x - c|^2 / 2) \), their centres drawn from N(0, 1). */
    public static class Radial extends OwnLayers.Dense {

        private static final long serialVersionUID = 1L;

        public Radial() {}

        Radial(int inputs, int outputs) {
            super(inputs, outputs);
        }

        @Override
        public void defineParameters(SDLayerParams params) {
            params.clear();
            params.addWeightParam("centres", getInputs(), getOutputs());
        }

        @Override
        public void initializeParameters(Map<String, INDArray> params) {
            initWeights(getInputs(), getOutputs(), WeightInit.NORMAL, params.get("centres"));
            params.get("centres").muli(Math.sqrt(getInputs()));
        }

        @Override
        public SDVariable defineLayer(
                SameDiff sd, SDVariable input, Map<String, SDVariable> table, @Nullable SDVariable mask) {
            SDVariable distance = sd.expandDims(input, 2).sub(table.get("centres"));
            return sd.math.exp(distance.mul(distance).sum(1).mul(-0.5));
        }
    }

    /** A start that is no number. */
    public static class NotANumber extends Linear {

        private static final long serialVersionUID = 1L;

        public NotANumber() {}

        NotANumber(int inputs, int outputs) {
            super(inputs, outputs);
        }

        @Override
        public void initializeParameters(Map<String, INDArray> params) {
            params.get("weights").assign(Double.NaN);
        }
    }

    /** A product with the covariance of the batch. */
    public static class TimesCovariance extends Linear {

        private static final long serialVersionUID = 1L;

        public TimesCovariance() {}

        TimesCovariance(int inputs, int outputs) {
            super(inputs, outputs);
        }

        @Override
        public SDVariable defineLayer(
                SameDiff sd, SDVariable input, Map<String, SDVariable> table, @Nullable SDVariable mask) {
            SDVariable all = super.defineLayer(sd, input, table, mask);
            return all.mmul(sd.mmul(all, all, true, false, false));
        }
    }

    /** A product of two activations and a matrix: \( \sum_{ij} a_i b_j W_{ij} \) of three matrices. */
    public static class Bilinear extends SameDiffVertex {

        private static final long serialVersionUID = 1L;

        @Override
        public void defineParametersAndInputs(SDVertexParams params) {
            params.clear();
            params.defineInputs("a", "b");
            params.addWeightParam("W", 5, 6, 3);
        }

        @Override
        public SDVariable defineVertex(
                SameDiff sd,
                Map<String, SDVariable> inputs,
                Map<String, SDVariable> table,
                Map<String, SDVariable> masks) {
            SDVariable a = sd.expandDims(sd.expandDims(inputs.get("a"), 2), 3);
            SDVariable b = sd.expandDims(sd.expandDims(inputs.get("b"), 1), 3);
            return a.mul(b).mul(table.get("W")).sum(1, 2);
        }

        @Override
        public void initializeParameters(Map<String, INDArray> params) {
            INDArray weights = params.get("W");
            for (int i = 0; i < weights.length(); i++) {
                weights.putScalar(i, 0.5 * Math.sin(i));
            }
        }

        @Override
        public InputType getOutputType(int layerIndex, InputType... inputs) {
            return InputType.feedForward(3);
        }

        @Override
        public GraphVertex clone() {
            return new Bilinear();
        }
    }

    /** A loss of its own. */
    public static class OwnLoss extends SameDiffOutputLayer {

        private static final long serialVersionUID = 1L;

        @Override
        public SDVariable defineLayer(SameDiff sd, SDVariable input, SDVariable labels, Map<String, SDVariable> table) {
            SDVariable out = product(sd, input, table.get("W")).add("out", 0);
            return sd.math.cosh(out.sub(labels)).mean();
        }

        @Override
        public String activationsVertexName() {
            return "out";
        }

        @Override
        public void defineParameters(SDLayerParams params) {
            params.clear();
            params.addWeightParam("W", 6, 1);
        }

        @Override
        public void initializeParameters(Map<String, INDArray> params) {
            params.get("W").assign(0.1);
        }

        @Override
        public InputType getOutputType(int layerIndex, InputType inputType) {
            return InputType.feedForward(1);
        }
    }
}
