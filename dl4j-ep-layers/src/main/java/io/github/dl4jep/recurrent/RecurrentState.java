package io.github.dl4jep.recurrent;

import io.github.dl4jep.array.FloatMatrix;
import io.github.dl4jep.message.Moments;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What goes over the border from one segment of sequences to the next: moments, not a point.
 *
 * @param output moments of the activation, [minibatch, units]
 * @param memory moments of the memory, [minibatch, units], or null for a layer without
 */
public record RecurrentState(Moments output, @Nullable Moments memory) {

    static RecurrentState of(CellState state, int minibatch, DataType type) {
        StepMoments memory = state.memory();
        return new RecurrentState(
                moments(state.output(), minibatch, type), memory == null ? null : moments(memory, minibatch, type));
    }

    private static Moments moments(StepMoments step, int minibatch, DataType type) {
        return new Moments(
                FloatMatrix.of(step.mean, minibatch).toArray(type),
                FloatMatrix.of(step.variance, minibatch).toArray(type));
    }

    CellState cellState() {
        return new CellState(step(output), memory == null ? null : step(memory));
    }

    private static StepMoments step(Moments moments) {
        INDArray variance = moments.variance();
        return new StepMoments(
                columns(moments.mean()),
                variance == null ? new float[Math.toIntExact(moments.mean().length())] : columns(variance));
    }

    private static float[] columns(INDArray array) {
        float[] values = new float[Math.toIntExact(array.length())];
        FloatMatrix.of(array).getRows(0, values, array.rows());
        return values;
    }

    /**
     * The same state, outside any workspace.
     *
     * @return a copy where that is needed
     */
    public RecurrentState detached() {
        return new RecurrentState(detached(output), memory == null ? null : detached(memory));
    }

    private static Moments detached(Moments moments) {
        INDArray variance = moments.variance();
        return new Moments(moments.mean().detach(), variance == null ? null : variance.detach());
    }

    /**
     * The number of sequences.
     *
     * @return rows
     */
    public long minibatch() {
        return output.mean().size(0);
    }
}
