package io.github.dl4jep.type.samediff;

import io.github.dl4jep.map.FixedMap;
import io.github.dl4jep.type.FixedMaps;
import io.github.dl4jep.window.JacobianMap;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaLayer;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The function of a SameDiff lambda layer on rows, with its derivatives by automatic differentiation of that layer alone. */
public final class SameDiffFunction {

    private static final String INPUT = "input";
    private static final String CHOSEN = "ep-chosen";
    private static final String ZERO = "ep-zero";
    /** Of outputs of a row alone and among others, relative, in double precision. */
    private static final double RESOLUTION = 1e-12;

    private final SameDiff sd = SameDiff.create();
    private final String output;

    private SameDiffFunction(SameDiffLambdaLayer layer) {
        SDVariable input = sd.placeHolder(INPUT, DataType.DOUBLE, -1, -1);
        // SameDiff differentiates only where there is a variable.
        SDVariable zero = sd.var(ZERO, Nd4j.scalar(DataType.DOUBLE, 0));
        SDVariable returned = layer.defineLayer(sd, input.add(zero));
        this.output = returned.name();
        SDVariable chosen = sd.placeHolder(CHOSEN, DataType.DOUBLE, -1, -1);
        sd.setLossVariables(returned.mul(chosen).sum());
    }

    /**
     * The map of a lambda layer.
     *
     * @param layer the layer
     * @param context what the map is made for
     * @return its value and derivatives at the means of the input
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if examples are no rows
     * @throws DL4JInvalidConfigException by the map, if rows know of each other
     */
    public static FixedMap linearised(SameDiffLambdaLayer layer, FixedMaps.Context context) {
        context.requireRank(0);
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return new JacobianMap(new SameDiffFunction(layer)::outsideWorkspaces);
        }
    }

    /** A session keeps arrays from one call to the next. */
    private JacobianMap.Value outsideWorkspaces(INDArray mean) {
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return at(mean);
        }
    }

    /** One pass backward for each output: sessions of SameDiff are those of one thread. */
    private synchronized JacobianMap.Value at(INDArray mean) {
        INDArray input = mean.castTo(DataType.DOUBLE).dup('c');
        INDArray values = sd.outputSingle(Map.of(INPUT, input), output);
        requireRowsAlone(input, values);
        long outputs = values.size(1);
        INDArray jacobian = Nd4j.create(DataType.DOUBLE, mean.size(0), outputs, mean.size(1));
        for (long i = 0; i < outputs; i++) {
            INDArray chosen = Nd4j.zeros(DataType.DOUBLE, values.shape());
            chosen.getColumn(i).assign(1);
            INDArray gradient = sd.calculateGradients(Map.of(INPUT, input, CHOSEN, chosen), List.of(INPUT))
                    .get(INPUT);
            jacobian.get(NDArrayIndex.all(), NDArrayIndex.point(i), NDArrayIndex.all())
                    .assign(gradient);
        }
        return new JacobianMap.Value(values, jacobian);
    }

    /** Derivatives of all rows are taken at once, which is right only where no row knows of another. */
    private void requireRowsAlone(INDArray input, INDArray values) {
        if (values.rank() != 2 || values.size(0) != input.size(0)) {
            throw new DL4JInvalidConfigException("it makes an array of shape " + Arrays.toString(values.shape())
                    + " of " + input.size(0) + " rows, allowed is one row for each");
        }
        // Twice: reductions of ND4J fail over a dimension of size 1.
        INDArray row = input.getRow(0, true);
        INDArray alone = sd.outputSingle(Map.of(INPUT, Nd4j.vstack(row, row)), output);
        INDArray among = values.getRow(0, true);
        for (long i = 0; i < among.length(); i++) {
            double difference = Math.abs(alone.getDouble(0, i) - among.getDouble(0, i));
            if (difference > RESOLUTION * (1 + Math.abs(among.getDouble(0, i)))) {
                throw new DL4JInvalidConfigException(
                        "a row alone gives " + alone.getDouble(0, i) + ", and among others "
                                + among.getDouble(0, i) + "; what is linearised must take each row by itself, without"
                                + " statistics of the batch and without random numbers");
            }
        }
    }
}
