package io.github.dl4jep.window;

import io.github.dl4jep.map.FixedMap;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;

/** An image without its first row and column: what imported GoogLeNets do to align their pooling. Exact. */
public final class FirstRowAndColumnDropped implements FixedMap {

    @Override
    public Pass forward(ForwardMessage input) {
        ExampleShape shape = input.moments().shape();
        if (shape.spatialRank() != 2 || shape.dims()[1] < 2 || shape.dims()[2] < 2) {
            throw new IllegalArgumentException("an example has shape " + shape
                    + ", allowed are images [channels, height, width] of two rows and columns or more");
        }
        WindowGeometry geometry = WindowGeometry.on(shape)
                .kernel(1, 1)
                .stride(1, 1)
                .dilation(1, 1)
                .paddingBefore(-1, -1)
                .output((int) shape.dims()[1] - 1, (int) shape.dims()[2] - 1)
                .build();
        return WindowSum.sum(geometry).forward(input);
    }
}
