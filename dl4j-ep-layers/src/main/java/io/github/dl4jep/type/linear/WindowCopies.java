package io.github.dl4jep.type.linear;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.window.WindowGeometry;
import java.util.function.IntUnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What each window sees of an input, side by side: [minibatch, positions x fan-in] of [minibatch, channels x input positions], channels
 * slowest in a window; zeros outside of the input.
 */
final class WindowCopies {

    private final WindowGeometry geometry;
    private final int[] sources;

    /**
     * Copies.
     *
     * @param geometry where the windows lie
     * @param window for each position of the output the window that it is of
     */
    WindowCopies(WindowGeometry geometry, IntUnaryOperator window) {
        this.geometry = geometry;
        int kernel = geometry.kernelPositions();
        int fanIn = geometry.fanIn();
        this.sources = new int[geometry.outputPositions() * fanIn];
        for (int i = 0; i < sources.length; i++) {
            int element = i % fanIn;
            int place = geometry.sources(element % kernel)[window.applyAsInt(i / fanIn)];
            sources[i] = place < 0 ? -1 : element / kernel * geometry.inputPositions() + place;
        }
    }

    /** Number of positions of the output. */
    int positions() {
        return geometry.outputPositions();
    }

    /** The shape of the activation of weights [fan-in, positions x units]. */
    ExampleShape outputShape(INDArray weights) {
        return geometry.outputShape(weights.columns() / positions());
    }

    /** What the windows see. */
    INDArray seen(INDArray input) {
        int rows = input.rows();
        double[] from = Rows.columns(input);
        double[] to = new double[rows * sources.length];
        for (int i = 0; i < sources.length; i++) {
            if (sources[i] >= 0) {
                System.arraycopy(from, sources[i] * rows, to, i * rows, rows);
            }
        }
        return Rows.matrix(to, rows, sources.length, input.dataType());
    }

    /** 1 where a window sees the input, 0 outside. */
    INDArray inside(INDArray seen) {
        int rows = seen.rows();
        double[] ones = new double[rows * sources.length];
        for (int i = 0; i < ones.length; i++) {
            ones[i] = sources[i / rows] < 0 ? 0 : 1;
        }
        return Rows.matrix(ones, rows, sources.length, seen.dataType());
    }

    /** Messages to all copies of an element, added up. */
    INDArray back(INDArray toSeen) {
        int rows = toSeen.rows();
        int columns = geometry.channels() * geometry.inputPositions();
        double[] from = Rows.columns(toSeen);
        double[] to = new double[rows * columns];
        for (int i = 0; i < from.length; i++) {
            int source = sources[i / rows];
            if (source >= 0) {
                to[source * rows + i % rows] += from[i];
            }
        }
        return Rows.matrix(to, rows, columns, toSeen.dataType());
    }

    /** [minibatch, units x positions] of [minibatch, positions x units]. */
    INDArray byUnit(INDArray byPosition) {
        return swapped(byPosition, byPosition.columns() / positions(), positions());
    }

    /** [minibatch, positions x units] of [minibatch, units x positions]. */
    INDArray byPosition(INDArray byUnit) {
        return swapped(byUnit, positions(), byUnit.columns() / positions());
    }

    private static INDArray swapped(INDArray matrix, long fast, long slow) {
        return matrix.dup('f')
                .reshape('f', matrix.rows(), fast, slow)
                .permute(0, 2, 1)
                .dup('f')
                .reshape('f', matrix.rows(), fast * slow);
    }

    /** A row [1, units x positions] of one number for each unit. */
    INDArray atAllPositions(INDArray perUnit) {
        long units = perUnit.length();
        return perUnit.reshape('c', units, 1)
                .broadcast(units, positions())
                .dup('c')
                .reshape('c', 1, units * positions());
    }

    /** Sums over rows and positions, [1, units], of [minibatch, units x positions]. */
    INDArray summedOverPositions(INDArray byUnit) {
        return byUnit.sum(true, 0)
                .dup('c')
                .reshape('c', byUnit.columns() / positions(), positions())
                .sum(1)
                .reshape(1, -1);
    }
}
