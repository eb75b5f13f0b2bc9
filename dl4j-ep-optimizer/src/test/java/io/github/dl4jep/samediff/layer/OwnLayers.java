package io.github.dl4jep.samediff.layer;

import java.util.Map;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaVertex;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffOutputLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.deeplearning4j.nn.weights.WeightInit;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Layers as users of DL4J write them. */
final class OwnLayers {

    private OwnLayers() {}

    /** tanh(x W + b). */
    public static class Dense extends SameDiffLayer {

        private static final long serialVersionUID = 1L;

        private int inputs;
        private int outputs;

        public Dense() {}

        Dense(int inputs, int outputs) {
            this.inputs = inputs;
            this.outputs = outputs;
        }

        @Override
        public InputType getOutputType(int layerIndex, InputType inputType) {
            return InputType.feedForward(outputs);
        }

        @Override
        public void defineParameters(SDLayerParams params) {
            params.clear();
            params.addWeightParam("weights", inputs, outputs);
            params.addBiasParam("offset", 1, outputs);
        }

        @Override
        public void initializeParameters(Map<String, INDArray> params) {
            initWeights(inputs, outputs, WeightInit.XAVIER, params.get("weights"));
            params.get("offset").assign(0);
        }

        @Override
        public SDVariable defineLayer(
                SameDiff sd, SDVariable input, Map<String, SDVariable> table, @Nullable SDVariable mask) {
            return sd.math.tanh(input.mmul(table.get("weights")).add(table.get("offset")));
        }

        public int getInputs() {
            return inputs;
        }

        public void setInputs(int inputs) {
            this.inputs = inputs;
        }

        public int getOutputs() {
            return outputs;
        }

        public void setOutputs(int outputs) {
            this.outputs = outputs;
        }
    }

    /** The same, with something computed that it does not return. */
    public static class TwoOutputs extends Dense {

        private static final long serialVersionUID = 1L;

        public TwoOutputs() {}

        TwoOutputs(int inputs, int outputs) {
            super(inputs, outputs);
        }

        @Override
        public SDVariable defineLayer(
                SameDiff sd, SDVariable input, Map<String, SDVariable> table, @Nullable SDVariable mask) {
            SDVariable sum = input.mmul(table.get("weights"));
            sd.math.sin("second", sum);
            return sd.math.tanh("first", sum);
        }
    }

    /** Softmax between two products, which has no moments here. */
    public static class Attention extends Dense {

        private static final long serialVersionUID = 1L;

        public Attention() {}

        Attention(int inputs, int outputs) {
            super(inputs, outputs);
        }

        @Override
        public SDVariable defineLayer(
                SameDiff sd, SDVariable input, Map<String, SDVariable> table, @Nullable SDVariable mask) {
            return sd.nn.softmax(input.mmul(table.get("weights")), 1).mul(2);
        }
    }

    /** Each row divided by its length. */
    public static class UnitLength extends SameDiffLambdaLayer {

        private static final long serialVersionUID = 1L;

        @Override
        public SDVariable defineLayer(SameDiff sd, SDVariable input) {
            return input.div(input.norm2("length", true, 1));
        }

        @Override
        public InputType getOutputType(int layerIndex, InputType inputType) {
            return inputType;
        }
    }

    /** Half the sum of two activations. */
    public static class Mean extends SameDiffLambdaVertex {

        private static final long serialVersionUID = 1L;

        @Override
        public SDVariable defineVertex(SameDiff sd, VertexInputs inputs) {
            return inputs.getInput(0).add(inputs.getInput(1)).mul(0.5);
        }

        @Override
        public InputType getOutputType(int layerIndex, InputType... inputs) {
            return inputs[0];
        }
    }

    /** relu(a V + b W). */
    public static class TwoProducts extends SameDiffVertex {

        private static final long serialVersionUID = 1L;

        @Override
        public void defineParametersAndInputs(SDVertexParams params) {
            params.clear();
            params.defineInputs("a", "b");
            params.addWeightParam("V", 5, 4);
            params.addWeightParam("W", 6, 4);
        }

        @Override
        public SDVariable defineVertex(
                SameDiff sd,
                Map<String, SDVariable> inputs,
                Map<String, SDVariable> table,
                Map<String, SDVariable> masks) {
            SDVariable sum =
                    inputs.get("a").mmul(table.get("V")).add(inputs.get("b").mmul(table.get("W")));
            return sd.nn.relu(sum, 0);
        }

        @Override
        public void initializeParameters(Map<String, INDArray> params) {
            params.values().forEach(array -> array.assign(0.1));
        }

        @Override
        public InputType getOutputType(int layerIndex, InputType... inputs) {
            return InputType.feedForward(4);
        }

        @Override
        public GraphVertex clone() {
            return new TwoProducts();
        }
    }

    /** The mean squared error of x W + b. */
    public static class SquaredError extends SameDiffOutputLayer {

        private static final long serialVersionUID = 1L;

        private int inputs;

        public SquaredError() {}

        SquaredError(int inputs) {
            this.inputs = inputs;
        }

        @Override
        public SDVariable defineLayer(SameDiff sd, SDVariable input, SDVariable labels, Map<String, SDVariable> table) {
            SDVariable mean = input.mmul(table.get("W")).add("out", table.get("b"));
            return sd.loss.meanSquaredError("error", labels, mean, null);
        }

        @Override
        public String activationsVertexName() {
            return "out";
        }

        @Override
        public void defineParameters(SDLayerParams params) {
            params.clear();
            params.addWeightParam("W", inputs, 1);
            params.addBiasParam("b", 1, 1);
        }

        @Override
        public void initializeParameters(Map<String, INDArray> params) {
            initWeights(inputs, 1, WeightInit.XAVIER, params.get("W"));
            params.get("b").assign(0);
        }

        @Override
        public InputType getOutputType(int layerIndex, InputType inputType) {
            return InputType.feedForward(1);
        }

        public int getInputs() {
            return inputs;
        }

        public void setInputs(int inputs) {
            this.inputs = inputs;
        }
    }
}
