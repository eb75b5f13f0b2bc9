package io.github.dl4jep.compact;

import java.util.ArrayList;
import java.util.List;

/** A chain of layers, ready to run. Holds no state of a run. */
final class Inference {

    /** What is done with the potentials of a block. */
    @FunctionalInterface
    interface Consumer {

        /**
         * Takes one block.
         *
         * @param from index of its first row
         * @param potentials [outputs][rows]
         */
        void accept(int from, double[][] potentials);
    }

    private final List<DiscreteForward> hidden = new ArrayList<>();
    private final LayerForward output;

    Inference(List<CompactLayer> layers) {
        for (CompactLayer layer : layers.subList(0, layers.size() - 1)) {
            hidden.add((DiscreteForward) layer.forward());
        }
        output = layers.get(layers.size() - 1).forward();
    }

    void run(PackedSpikes inputs, Consumer consumer) {
        int from = 0;
        for (SpikeBlock block : inputs.blocks()) {
            consumer.accept(from, potentials(block, 0));
            from += block.rows();
        }
    }

    /** Blocks of 0 and 1 run bit-packed from the first layer on, others from the second. */
    void run(float[][] features, Consumer consumer) {
        for (int from = 0; from < features.length; from += SpikeBlock.MOST_ROWS) {
            int rows = Math.min(SpikeBlock.MOST_ROWS, features.length - from);
            FeatureBlock block = new FeatureBlock(features, from, rows);
            SpikeBlock packed = new SpikeBlock(features[0].length, rows);
            consumer.accept(from, packed.pack(block) ? potentials(packed, 0) : potentials(block));
        }
    }

    private double[][] potentials(FeatureBlock block) {
        requireFinite(block);
        return hidden.isEmpty()
                ? output.potentials(block)
                : potentials(hidden.get(0).fire(block), 1);
    }

    private double[][] potentials(SpikeBlock block, int firstLayer) {
        SpikeBlock spikes = block;
        for (int i = firstLayer; i < hidden.size(); i++) {
            spikes = hidden.get(i).fire(spikes);
        }
        return output.potentials(spikes);
    }

    private static void requireFinite(FeatureBlock block) {
        for (int row = 0; row < block.rows(); row++) {
            float[] features = block.row(row);
            for (int i = 0; i < features.length; i++) {
                if (!Float.isFinite(features[i])) {
                    throw new IllegalArgumentException("Feature " + i + " of row " + (block.from() + row) + " is "
                            + features[i] + ", allowed are finite numbers");
                }
            }
        }
    }
}
