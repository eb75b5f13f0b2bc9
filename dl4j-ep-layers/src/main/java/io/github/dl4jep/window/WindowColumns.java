package io.github.dl4jep.window;

import io.github.dl4jep.message.ExampleShape;

/** The windows of a pooling as columns of the input that every column of the output reads, channel by channel. */
final class WindowColumns {

    private final WindowGeometry geometry;
    private final int[][] sources;

    WindowColumns(WindowGeometry geometry) {
        this.geometry = geometry;
        int windows = geometry.outputPositions();
        this.sources = new int[geometry.kernelPositions()][geometry.channels() * windows];
        for (int k = 0; k < sources.length; k++) {
            int[] ofChannel = geometry.sources(k);
            for (int column = 0; column < sources[k].length; column++) {
                int source = ofChannel[column % windows];
                sources[k][column] = source < 0 ? -1 : column / windows * geometry.inputPositions() + source;
            }
        }
    }

    LocalLinearisation linearisation(int batch, LocalLinearisation.Weights weights) {
        return new LocalLinearisation(sources, geometry.channels() * geometry.inputPositions(), batch, weights);
    }

    int elements() {
        return sources.length;
    }

    int outputColumns() {
        return sources[0].length;
    }

    /** The input column that an output column reads, or -1. */
    int source(int element, int column) {
        return sources[element][column];
    }

    ExampleShape outputShape() {
        return geometry.outputShape(geometry.channels());
    }
}
