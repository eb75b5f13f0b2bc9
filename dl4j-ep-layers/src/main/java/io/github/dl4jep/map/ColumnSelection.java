package io.github.dl4jep.map;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Columns in another order, each of them once, as in space to depth. Exact. */
public final class ColumnSelection implements FixedMap {

    private final int[] columns;
    private final int[] inverse;
    private final ExampleShape output;

    /**
     * A reordering.
     *
     * @param columns for each column of the output, the column of the input that it is: a permutation
     * @param output shape of the output
     * @throws IllegalArgumentException if the columns are no permutation
     */
    public ColumnSelection(int[] columns, ExampleShape output) {
        this.columns = columns.clone();
        this.inverse = new int[columns.length];
        java.util.Arrays.fill(inverse, -1);
        for (int i = 0; i < columns.length; i++) {
            if (columns[i] < 0 || columns[i] >= columns.length || inverse[columns[i]] >= 0) {
                throw new IllegalArgumentException("column " + i + " of the output is column " + columns[i]
                        + " of the input, allowed is a permutation of 0 to " + (columns.length - 1));
            }
            inverse[columns[i]] = i;
        }
        this.output = output;
    }

    @Override
    public Pass forward(ForwardMessage input) {
        Moments moments = input.moments();
        Moments moved = new Moments(
                        selected(moments.mean(), columns),
                        moments.variance() == null ? null : selected(moments.variance(), columns))
                .shapedAs(output);
        INDArray gain = input.covariance().gain();
        return new Pass(
                new ForwardMessage(
                        moved,
                        gain == null
                                ? input.covariance()
                                : input.covariance().withGain(moments.mean(), g -> selected(g, columns), null)),
                message -> new BackwardMessage(
                        selected(message.shift(), inverse), selected(message.curvature(), inverse)));
    }

    private static INDArray selected(INDArray matrix, int[] columns) {
        return matrix.getColumns(columns).dup('f');
    }
}
