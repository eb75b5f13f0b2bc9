package io.github.dl4jep.message;

import io.github.dl4jep.array.FloatMatrix;
import io.github.dl4jep.array.Rows;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Rows of an activation [minibatch, channels x positions]: what one window of it has, for each pair of an example and a window. */
public final class PositionRows {

    private final float[] values;
    private final float[] factors;
    private final int[][] sources;
    private final int minibatch;

    /**
     * Rows of an activation.
     *
     * @param activation [minibatch, channels x positions]
     * @param weights weight of each element of a window in inner products, [channels x kernel positions], not negative
     * @param sources for each kernel position the input position of every window, or -1 outside
     */
    public PositionRows(INDArray activation, INDArray weights, int[][] sources) {
        this.values = Rows.floatColumns(activation);
        this.factors = Rows.floatColumns(weights);
        for (int i = 0; i < factors.length; i++) {
            factors[i] = (float) Math.sqrt(factors[i]);
        }
        this.sources = sources;
        this.minibatch = activation.rows();
    }

    /**
     * Inner products of rows.
     *
     * @param rows numbers of pairs, window x minibatch + example
     * @param columns numbers of pairs
     * @return [rows, columns], column by column
     */
    public float[] products(int[] rows, int[] columns) {
        float[] products = new float[Math.multiplyExact(rows.length, columns.length)];
        FloatMatrix.of(products, rows.length)
                .assignProduct(
                        FloatMatrix.of(gathered(rows), rows.length),
                        false,
                        FloatMatrix.of(gathered(columns), columns.length),
                        true,
                        1);
        return products;
    }

    /**
     * Inner products of rows with themselves.
     *
     * @param rows numbers of pairs
     * @return one for each
     */
    public float[] squares(int[] rows) {
        float[] seen = gathered(rows);
        float[] squares = new float[rows.length];
        for (int from = 0; from < seen.length; from += rows.length) {
            for (int i = 0; i < rows.length; i++) {
                squares[i] += seen[from + i] * seen[from + i];
            }
        }
        return squares;
    }

    /** [rows, channels x kernel positions], column by column. */
    private float[] gathered(int[] rows) {
        int kernel = sources.length;
        int inputs = values.length / minibatch / (factors.length / kernel);
        float[] seen = new float[rows.length * factors.length];
        int[] windows = new int[rows.length];
        int[] examples = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            windows[i] = rows[i] / minibatch;
            examples[i] = rows[i] % minibatch;
        }
        for (int element = 0; element < factors.length; element++) {
            int[] from = sources[element % kernel];
            int first = element / kernel * inputs;
            int to = element * rows.length;
            for (int i = 0; i < rows.length; i++) {
                int source = from[windows[i]];
                if (source >= 0) {
                    seen[to + i] = factors[element] * values[(first + source) * minibatch + examples[i]];
                }
            }
        }
        return seen;
    }
}
