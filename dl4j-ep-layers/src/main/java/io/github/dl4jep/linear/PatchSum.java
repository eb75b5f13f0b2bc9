package io.github.dl4jep.linear;

import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.window.WindowGeometry;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What windows say about each position of an activation, added up block by block: the adjoint of {@link Patches#gather}.
 *
 * <p>Float patches are added up on the heap, channel by channel on all cores; all others go through the plain version, the tests'
 * oracle.
 */
final class PatchSum {

    private final WindowGeometry geometry;
    private final int batch;
    private final DataType type;
    private final float[][] planes;
    private final double[] plain;

    /** A sum of 0 for [minibatch, channels x inputPositions]. */
    PatchSum(WindowGeometry geometry, int batch, DataType type) {
        this.geometry = geometry;
        this.batch = batch;
        this.type = type;
        int plane = Math.multiplyExact(geometry.inputPositions(), batch);
        boolean fast = type == DataType.FLOAT;
        this.planes = new float[fast ? geometry.channels() : 0][plane];
        this.plain = new double[fast ? 0 : Math.multiplyExact(geometry.channels(), plane)];
    }

    /** Adds a block's patches, [blockPositions x minibatch, channels x kernelPositions], f-ordered. */
    void add(Patches block, INDArray patches) {
        INDArray from = Patches.dense(patches);
        if (type != DataType.FLOAT) {
            addPlain(block, from, plain);
            return;
        }
        FloatBuffer in = HostMemory.floats(from);
        IntStream channels = IntStream.range(0, geometry.channels());
        (patches.length() < Patches.PARALLEL_FROM ? channels : channels.parallel())
                .forEach(channel -> block.addChannel(in, channel, batch, planes[channel]));
        HostMemory.keep(from);
    }

    /** The sum, a new array [minibatch, channels x inputPositions], f-ordered. */
    INDArray activation() {
        long columns = (long) geometry.channels() * geometry.inputPositions();
        INDArray activation = HostMemory.uninitialized(type, new long[] {batch, columns}, 'f');
        if (type != DataType.FLOAT) {
            return activation.assign(Nd4j.createFromArray(plain).reshape('f', batch, columns));
        }
        FloatBuffer out = HostMemory.floats(activation);
        for (int channel = 0; channel < planes.length; channel++) {
            out.put(out.position() + channel * planes[channel].length, planes[channel]);
        }
        return HostMemory.written(activation);
    }

    /** The plain version: element by element into [channels x inputPositions x minibatch], the minibatch fastest. */
    void addPlain(Patches block, INDArray patches, double[] sum) {
        for (int column = 0; column < geometry.fanIn(); column++) {
            int[] sources = block.sources(column % geometry.kernelPositions());
            for (int window = 0; window < sources.length; window++) {
                for (int b = 0; b < batch && sources[window] >= 0; b++) {
                    int to = Math.toIntExact(block.inputColumn(column, sources[window])) * batch + b;
                    sum[to] += patches.getDouble((long) window * batch + b, column);
                }
            }
        }
    }
}
