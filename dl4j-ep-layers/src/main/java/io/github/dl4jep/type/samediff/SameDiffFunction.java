package io.github.dl4jep.type.samediff;

import io.github.dl4jep.map.FixedMap;
import io.github.dl4jep.type.FixedMaps;
import io.github.dl4jep.window.JacobianMap;
import java.util.List;
import java.util.Map;
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

    private final SameDiff sd = SameDiff.create();
    private final String output;

    private SameDiffFunction(SameDiffLambdaLayer layer) {
        SDVariable input = sd.placeHolder(INPUT, DataType.DOUBLE, -1, -1);
        // SameDiff differentiates only where there is a variable.
        SDVariable zero = sd.var(ZERO, Nd4j.scalar(DataType.DOUBLE, 0));
        SDVariable returned = layer.defineLayer(sd, input.add(zero));
        this.output = returned.name();
        SDVariable chosen = sd.placeHolder(CHOSEN, DataType.DOUBLE, -1, -1);
        returned.mul(chosen).sum().markAsLoss();
    }

    /**
     * The map of a lambda layer.
     *
     * @param layer the layer
     * @param context what the map is made for
     * @return its value and derivatives at the means of the input
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if examples are no rows
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
}
