package io.github.dl4jep.type.samediff;

import io.github.dl4jep.learned.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.api.OutAndGrad;
import org.nd4j.autodiff.samediff.array.SingleThreadArrayHolder;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The function of a SameDiff layer of rows and parameters, with its derivatives by automatic differentiation of that layer alone: one pass
 * for each output of each row, because a pass adds the derivatives by a parameter up over rows.
 */
final class ParametrisedFunction {

    private static final String INPUT = "input";
    private static final String CHOSEN = "ep-chosen";
    private static final String ZERO = "ep-zero";
    /** Of outputs of a row alone and among others, relative, times the resolution of the data type. */
    private static final double ROUNDING = 1e4;

    private static final double FLOAT_RESOLUTION = 6e-8;
    private static final double DOUBLE_RESOLUTION = 1e-16;

    private final DataType type;
    private final SameDiff sd = SameDiff.create();
    private final String output;
    private final Map<String, INDArray> parameters = new LinkedHashMap<>();

    /** Refuses what would take too long. */
    @FunctionalInterface
    interface SizeCheck {

        /**
         * Refuses.
         *
         * @param outputs number of outputs
         * @param derivatives number of derivatives of a row
         * @throws DL4JInvalidConfigException if they are too many
         */
        void require(int outputs, long derivatives);
    }

    /** Takes a row's derivatives. */
    @FunctionalInterface
    interface RowDerivatives {

        /**
         * Takes them.
         *
         * @param row index of the row
         * @param byInputs derivative of each output by each input, output by output
         * @param byParameters derivative of each output by each element of the parameters, output by output
         */
        void take(int row, double[] byInputs, double[] byParameters);
    }

    /**
     * The function of a layer.
     *
     * @param layer the layer, whose graph is built once
     * @param inputs number of columns of the input
     * @param type data type of the graph
     * @return the function, which outlives the workspaces that are open
     */
    static ParametrisedFunction of(SameDiffLayer layer, long inputs, DataType type) {
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return new ParametrisedFunction(layer, inputs, type);
        }
    }

    private ParametrisedFunction(SameDiffLayer layer, long inputs, DataType type) {
        this.type = type;
        sd.setArrayHolders(new SingleThreadArrayHolder(), new SingleThreadArrayHolder(), false);
        SDVariable input = sd.placeHolder(INPUT, type, -1, inputs);
        SDVariable zero = sd.var(ZERO, Nd4j.scalar(type, 0));
        Map<String, SDVariable> table = new LinkedHashMap<>();
        // A parameter that the layer does not use has derivatives, too: 0.
        SDVariable unused = zero;
        for (Map.Entry<String, long[]> of :
                layer.getLayerParams().getParamShapes().entrySet()) {
            SDVariable variable = sd.var(of.getKey(), type, of.getValue());
            INDArray values = Nd4j.zeros(type, of.getValue());
            sd.associateArrayWithVariable(values, variable);
            parameters.put(of.getKey(), values);
            table.put(of.getKey(), variable);
            unused = unused.add(variable.sum().mul(zero));
        }
        // SameDiff differentiates by an input only where there is a variable.
        SDVariable returned = layer.defineLayer(sd, input.add(zero), table, null);
        if (returned == null) {
            throw new DL4JInvalidConfigException("it returns no variable");
        }
        this.output = returned.name();
        SDVariable chosen = sd.placeHolder(CHOSEN, type, -1, -1);
        sd.setLossVariables(returned.mul(chosen).sum().add(unused));
    }

    /**
     * The outputs of rows.
     *
     * @param rows values of the input, [rows, inputs]
     * @param values elements of all parameters in c-order, one after the other
     * @return outputs, row by row
     */
    synchronized double[][] outputs(double[][] rows, double[] values) {
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            set(values);
            return outputs(rows);
        }
    }

    /**
     * The outputs of rows, and their derivatives: sessions of SameDiff are those of one thread.
     *
     * @param rows values of the input, [rows, inputs]
     * @param values elements of all parameters in c-order, one after the other
     * @param check is asked before any derivative is taken
     * @param derivatives takes those of each row
     * @return outputs, row by row
     */
    synchronized double[][] linearise(double[][] rows, double[] values, SizeCheck check, RowDerivatives derivatives) {
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            set(values);
            double[][] all = outputs(rows);
            check.require(all[0].length, (long) all[0].length * (rows[0].length + values.length));
            for (int n = 0; n < rows.length; n++) {
                lineariseRow(n, rows[n], all[n], derivatives);
            }
            return all;
        }
    }

    private void set(double[] values) {
        int from = 0;
        for (INDArray array : parameters.values()) {
            int to = from + Math.toIntExact(array.length());
            array.assign(Nd4j.createFromArray(Arrays.copyOfRange(values, from, to))
                    .reshape('c', array.shape())
                    .castTo(type));
            from = to;
        }
    }

    private double[][] outputs(double[][] rows) {
        INDArray values =
                sd.outputSingle(Map.of(INPUT, Nd4j.createFromArray(rows).castTo(type)), output);
        if (values.rank() != 2 || values.size(0) != rows.length) {
            throw new DL4JInvalidConfigException("it makes an array of shape " + Arrays.toString(values.shape())
                    + " of " + rows.length + " rows, allowed is one row for each");
        }
        return values.castTo(DataType.DOUBLE).toDoubleMatrix();
    }

    private void lineariseRow(int n, double[] row, double[] expected, RowDerivatives derivatives) {
        INDArray input = Nd4j.createFromArray(new double[][] {row}).castTo(type);
        int outputs = expected.length;
        int count = parameters.values().stream()
                .mapToInt(array -> Math.toIntExact(array.length()))
                .sum();
        double[] byInputs = new double[outputs * row.length];
        double[] byParameters = new double[outputs * count];
        List<String> by = new ArrayList<>(List.of(INPUT));
        by.addAll(parameters.keySet());
        for (int i = 0; i < outputs; i++) {
            INDArray chosen = Nd4j.zeros(type, 1, outputs);
            chosen.putScalar(0, i, 1);
            OutAndGrad at = sd.calculateGradientsAndOutputs(Map.of(INPUT, input, CHOSEN, chosen), List.of(output), by);
            if (i == 0) {
                requireSame(Parameters.get(at.getOutputs(), output), expected);
            }
            int from = 0;
            copy(Parameters.get(at.getGradients(), INPUT), byInputs, i * row.length);
            for (String name : parameters.keySet()) {
                from += copy(Parameters.get(at.getGradients(), name), byParameters, i * count + from);
            }
        }
        derivatives.take(n, byInputs, byParameters);
    }

    private static int copy(INDArray from, double[] to, int at) {
        double[] values = from.dup('c').data().asDouble();
        System.arraycopy(values, 0, to, at, values.length);
        return values.length;
    }

    private void requireSame(INDArray alone, double[] among) {
        double resolution = type == DataType.DOUBLE ? DOUBLE_RESOLUTION : FLOAT_RESOLUTION;
        for (int i = 0; i < among.length; i++) {
            double difference = Math.abs(alone.getDouble(0, i) - among[i]);
            if (difference > ROUNDING * resolution * (1 + Math.abs(among[i]))) {
                throw new DL4JInvalidConfigException("a row alone gives " + alone.getDouble(0, i) + ", and among "
                        + "others " + among[i] + "; a layer that is linearised must take each row by itself, without"
                        + " statistics of the batch and without random numbers");
            }
        }
    }
}
