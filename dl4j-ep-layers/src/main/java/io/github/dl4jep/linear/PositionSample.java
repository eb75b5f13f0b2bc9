package io.github.dl4jep.linear;

import io.github.dl4jep.array.HostMemory;
import java.nio.FloatBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The positions of an activation that the batch covariance looks at: all, or as many as a small share of the sweep pays for, spread
 * evenly over the image.
 *
 * <p>Position i of a sample is \( (s/2 + i\,s) \bmod P \) for P positions and the first step s from \( P(\sqrt5 - 1)/2 \) on that
 * has no divisor in common with P: no two are equal, no row or column of the image is preferred, and the first is no corner.
 */
public final class PositionSample {

    /** Share of the multiplications of a sweep that the covariance may cost. */
    private static final double SHARE = 0.05;
    /** Products of a sweep: three forward, four back. */
    private static final int PRODUCTS = 7;
    /** Products of the covariance: activation and gain. */
    private static final int OWN_PRODUCTS = 2;

    private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

    private final int of;
    private final int[] positions;

    private PositionSample(int of, int[] positions) {
        this.of = of;
        this.positions = positions;
    }

    /**
     * A sample, the same for every batch.
     *
     * @param positions number of positions of the activation, at least 1
     * @param others number of examples with which an example has covariances
     * @param multiplications of one product of the sweep, for each example and channel of the activation
     * @return at least one position, at most all
     */
    public static PositionSample of(int positions, long others, double multiplications) {
        double affordable = SHARE * PRODUCTS * multiplications / (OWN_PRODUCTS * (double) others);
        int[] chosen = new int[(int) Math.max(1, Math.min(positions, affordable))];
        long step = step(positions);
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = chosen.length == positions ? i : (int) ((step / 2 + i * step) % positions);
        }
        return new PositionSample(positions, chosen);
    }

    private static long step(int positions) {
        long step = Math.max(1, Math.round(GOLDEN * positions));
        while (commonDivisor(step, positions) > 1) {
            step++;
        }
        return step;
    }

    private static long commonDivisor(long a, long b) {
        return b == 0 ? a : commonDivisor(b, a % b);
    }

    /**
     * How many positions the sample has.
     *
     * @return at least 1
     */
    public int size() {
        return positions.length;
    }

    /** The position with a number below {@link #size}. */
    int position(int number) {
        return positions[number];
    }

    /** How many positions of the activation one position of the sample stands for, at least 1. */
    double standsFor() {
        return (double) of / positions.length;
    }

    /**
     * All channels at these positions.
     *
     * @param activation [minibatch, channels x positions]
     * @return [minibatch, channels x size], f-ordered; the activation itself if the sample has all positions
     */
    public INDArray columns(INDArray activation) {
        if (positions.length == of) {
            return activation;
        }
        int[] columns = new int[Math.toIntExact(activation.columns() / of * (long) positions.length)];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = i / positions.length * of + positions[i % positions.length];
        }
        return activation.dataType() == DataType.FLOAT
                ? copied(Patches.dense(activation), columns)
                : activation.getColumns(columns).dup('f');
    }

    private static INDArray copied(INDArray from, int[] columns) {
        INDArray result = HostMemory.uninitialized(from.dataType(), new long[] {from.rows(), columns.length}, 'f');
        int rows = from.rows();
        FloatBuffer in = HostMemory.floats(from);
        FloatBuffer out = HostMemory.floats(result);
        for (int i = 0; i < columns.length; i++) {
            out.put(out.position() + i * rows, in, in.position() + columns[i] * rows, rows);
        }
        HostMemory.keep(from);
        return HostMemory.written(result);
    }

    /**
     * A value per channel, for each position.
     *
     * @param perChannel [channels]
     * @return [channels x size, 1]
     */
    public INDArray repeated(INDArray perChannel) {
        long channels = perChannel.length();
        INDArray copies = HostMemory.uninitialized(perChannel.dataType(), new long[] {positions.length, channels}, 'f');
        copies.assign(perChannel.reshape(1, channels).broadcast(positions.length, channels));
        return copies.reshape('f', channels * positions.length, 1);
    }
}
