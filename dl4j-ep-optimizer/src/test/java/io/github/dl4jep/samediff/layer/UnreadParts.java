package io.github.dl4jep.samediff.layer;

import java.util.Map;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaVertex;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffOutputLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Lambda vertices and output layers as users of DL4J write them, with ops that are not read. */
final class UnreadParts {

    private UnreadParts() {}

    /** a + b, as a sum of a stack. */
    public static class Sum extends SameDiffLambdaVertex {

        private static final long serialVersionUID = 1L;

        @Override
        public SDVariable defineVertex(SameDiff sd, VertexInputs inputs) {
            return sd.stack(1, inputs.getInput(0), inputs.getInput(1)).sum(1);
        }
    }

    /** The product of two activations, divided by its length. */
    public static class UnitProduct extends SameDiffLambdaVertex {

        private static final long serialVersionUID = 1L;

        @Override
        public SDVariable defineVertex(SameDiff sd, VertexInputs inputs) {
            SDVariable product = inputs.getInput(0).mul(inputs.getInput(1));
            return product.div(product.norm2(true, 1));
        }
    }

    /** Rows minus their mean over the batch. */
    public static class Centred extends SameDiffLambdaLayer {

        private static final long serialVersionUID = 1L;

        @Override
        public SDVariable defineLayer(SameDiff sd, SDVariable input) {
            return input.sub(input.mean(true, 0));
        }

        @Override
        public InputType getOutputType(int layerIndex, InputType inputType) {
            return inputType;
        }
    }

    /** x W + b, as a sum of products, and a loss. */
    public abstract static class Output extends SameDiffOutputLayer {

        private static final long serialVersionUID = 1L;

        private int inputs;
        private int outputs;

        Output(int inputs, int outputs) {
            this.inputs = inputs;
            this.outputs = outputs;
        }

        static SDVariable unread(SameDiff sd, SDVariable input, Map<String, SDVariable> table) {
            return sd.expandDims(input, 2).mul(table.get("W")).sum(1).add(table.get("b"));
        }

        @Override
        public String activationsVertexName() {
            return "out";
        }

        @Override
        public void defineParameters(SDLayerParams params) {
            params.clear();
            params.addWeightParam("W", inputs, outputs);
            params.addBiasParam("b", 1, outputs);
        }

        @Override
        public void initializeParameters(Map<String, INDArray> params) {
            initWeights(inputs, outputs, WeightInit.XAVIER, params.get("W"));
            params.get("b").assign(0);
        }

        @Override
        public InputType getOutputType(int layerIndex, InputType inputType) {
            return InputType.feedForward(outputs);
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

    /** Squared error. */
    public static class SquaredError extends Output {

        private static final long serialVersionUID = 1L;

        public SquaredError() {
            super(0, 0);
        }

        SquaredError(int inputs, int outputs) {
            super(inputs, outputs);
        }

        @Override
        public SDVariable defineLayer(SameDiff sd, SDVariable input, SDVariable labels, Map<String, SDVariable> table) {
            return sd.loss.meanSquaredError(labels, sd.identity("out", unread(sd, input, table)), null);
        }
    }

    /** Squared error of tanh. */
    public static class BoundedError extends SquaredError {

        private static final long serialVersionUID = 1L;

        public BoundedError() {}

        BoundedError(int inputs, int outputs) {
            super(inputs, outputs);
        }

        @Override
        public SDVariable defineLayer(SameDiff sd, SDVariable input, SDVariable labels, Map<String, SDVariable> table) {
            return sd.loss.meanSquaredError(labels, sd.math.tanh("out", unread(sd, input, table)), null);
        }
    }

    /** Classes by a log loss of the softmax that the layer answers. */
    public static class LogLoss extends Output {

        private static final long serialVersionUID = 1L;

        public LogLoss() {
            super(0, 0);
        }

        LogLoss(int inputs, int outputs) {
            super(inputs, outputs);
        }

        @Override
        public SDVariable defineLayer(SameDiff sd, SDVariable input, SDVariable labels, Map<String, SDVariable> table) {
            return sd.loss.logLoss(labels, sd.nn.softmax("out", unread(sd, input, table)));
        }
    }

    /** Classes by the cross entropy of potentials; the softmax that the layer answers stands beside it. */
    public static class BesideTheLoss extends Output {

        private static final long serialVersionUID = 1L;

        public BesideTheLoss() {
            super(0, 0);
        }

        BesideTheLoss(int inputs, int outputs) {
            super(inputs, outputs);
        }

        SDVariable potentials(SameDiff sd, SDVariable input, Map<String, SDVariable> table) {
            return unread(sd, input, table);
        }

        @Override
        public SDVariable defineLayer(SameDiff sd, SDVariable input, SDVariable labels, Map<String, SDVariable> table) {
            SDVariable potentials = potentials(sd, input, table);
            sd.nn.softmax("out", potentials);
            return sd.loss.softmaxCrossEntropy(labels, potentials, null);
        }
    }

    /** The same with a product that is read. */
    public static class Read extends BesideTheLoss {

        private static final long serialVersionUID = 1L;

        public Read() {}

        Read(int inputs, int outputs) {
            super(inputs, outputs);
        }

        @Override
        SDVariable potentials(SameDiff sd, SDVariable input, Map<String, SDVariable> table) {
            return input.mmul(table.get("W")).add(table.get("b"));
        }
    }

    /** Answers something else than what its loss compares with labels. */
    public static class OtherAnswer extends Read {

        private static final long serialVersionUID = 1L;

        public OtherAnswer() {}

        OtherAnswer(int inputs, int outputs) {
            super(inputs, outputs);
        }

        @Override
        public SDVariable defineLayer(SameDiff sd, SDVariable input, SDVariable labels, Map<String, SDVariable> table) {
            SDVariable potentials = potentials(sd, input, table);
            sd.math.tanh("out", potentials);
            return sd.loss.softmaxCrossEntropy(labels, potentials, null);
        }
    }
}
