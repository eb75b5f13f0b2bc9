package io.github.dl4jep.compact;

import io.github.dl4jep.compact.kernel.SpikeBlock;
import java.util.ArrayList;
import java.util.List;

/**
 * Inputs of 0 and 1, one bit each, in the order in which a {@link CompactNetwork} takes them. Immutable; packing once pays where
 * the same inputs are classified more than once, or where they come as bits.
 *
 * <p>Quality: Preview.
 */
public final class PackedSpikes {

    private final int rows;
    private final int inputs;
    private final List<SpikeBlock> blocks;

    private PackedSpikes(int rows, int inputs, List<SpikeBlock> blocks) {
        this.rows = rows;
        this.inputs = inputs;
        this.blocks = blocks;
    }

    /**
     * Packs features.
     *
     * @param features [rows][inputs], each 0 or 1
     * @return the packed inputs
     * @throws IllegalArgumentException if a value is neither 0 nor 1, there is no row, or the rows differ in length
     */
    public static PackedSpikes of(float[][] features) {
        int inputs = features.length == 0 ? 0 : features[0].length;
        List<SpikeBlock> blocks = blocks(features.length, inputs);
        for (int row = 0; row < features.length; row++) {
            requireLength(features[row].length, row, inputs);
            if (!blocks.get(row / SpikeBlock.MOST_ROWS).pack(row % SpikeBlock.MOST_ROWS, features[row])) {
                throw new IllegalArgumentException("Row " + row + " has a feature that is neither 0 nor 1;"
                        + " classify(float[][]) takes real features");
            }
        }
        return new PackedSpikes(features.length, inputs, blocks);
    }

    /**
     * Takes inputs that are packed already.
     *
     * @param bytes [rows][at least ceil(inputs / 8)]; input i is bit i mod 8 of byte i / 8, counted from the lowest; copied
     * @param inputs number of inputs; later bits do not count
     * @return the packed inputs
     * @throws IllegalArgumentException if there is no row or a row is too short
     */
    public static PackedSpikes ofBits(byte[][] bytes, int inputs) {
        List<SpikeBlock> blocks = blocks(bytes.length, inputs);
        int needed = (inputs + 7) / 8;
        for (int row = 0; row < bytes.length; row++) {
            if (bytes[row].length < needed) {
                throw new IllegalArgumentException(
                        "Row " + row + " has " + bytes[row].length + " bytes, " + inputs + " inputs need " + needed);
            }
            blocks.get(row / SpikeBlock.MOST_ROWS).unpackBytes(row % SpikeBlock.MOST_ROWS, bytes[row]);
        }
        return new PackedSpikes(bytes.length, inputs, blocks);
    }

    private static List<SpikeBlock> blocks(int rows, int inputs) {
        if (rows < 1 || inputs < 1) {
            throw new IllegalArgumentException(
                    "Inputs are [" + rows + ", " + inputs + "], needed are at least one row and one column");
        }
        List<SpikeBlock> blocks = new ArrayList<>();
        for (int from = 0; from < rows; from += SpikeBlock.MOST_ROWS) {
            blocks.add(new SpikeBlock(inputs, Math.min(SpikeBlock.MOST_ROWS, rows - from)));
        }
        return blocks;
    }

    static void requireLength(int length, int row, int inputs) {
        if (length != inputs) {
            throw new IllegalArgumentException("Row " + row + " has " + length + " features, needed are " + inputs);
        }
    }

    /**
     * How many examples these are.
     *
     * @return number of rows
     */
    public int rows() {
        return rows;
    }

    /**
     * How many bits each example has.
     *
     * @return number of inputs
     */
    public int inputs() {
        return inputs;
    }

    List<SpikeBlock> blocks() {
        return blocks;
    }
}
