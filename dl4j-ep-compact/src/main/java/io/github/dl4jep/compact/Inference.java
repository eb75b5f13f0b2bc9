package io.github.dl4jep.compact;

import io.github.dl4jep.compact.kernel.FeatureBlock;
import io.github.dl4jep.compact.kernel.SpikeBlock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
        Run run = new Run();
        int from = 0;
        for (SpikeBlock block : inputs.blocks()) {
            consumer.accept(from, run.potentials(block, 0));
            from += block.rows();
        }
    }

    /** Blocks of 0 and 1 run bit-packed from the first layer on, others from the second. */
    void run(float[][] features, Consumer consumer) {
        Run run = new Run();
        for (int from = 0; from < features.length; from += SpikeBlock.MOST_ROWS) {
            int rows = Math.min(SpikeBlock.MOST_ROWS, features.length - from);
            FeatureBlock block = new FeatureBlock(features, from, rows);
            SpikeBlock packed = run.buffer(0, features[0].length, rows);
            consumer.accept(from, packed.pack(block) ? run.potentials(packed, 0) : run.potentials(block));
        }
    }

    /** The buffers of one run: blocks follow each other in the same memory. */
    private final class Run {

        /** Spikes that go into layer i. */
        private final @Nullable SpikeBlock[] buffers = new SpikeBlock[hidden.size() + 1];

        private @Nullable SubsetSums sums;

        double[][] potentials(FeatureBlock block) {
            requireFinite(block);
            if (hidden.isEmpty()) {
                return output.potentials(block);
            }
            DiscreteForward first = hidden.get(0);
            if (sums == null) {
                sums = first.buffers();
            }
            SpikeBlock spikes = buffer(1, first.outputs(), block.rows());
            first.fire(block, spikes, sums);
            return potentials(spikes, 1);
        }

        double[][] potentials(SpikeBlock block, int firstLayer) {
            SpikeBlock spikes = block;
            for (int i = firstLayer; i < hidden.size(); i++) {
                SpikeBlock next = buffer(i + 1, hidden.get(i).outputs(), block.rows());
                hidden.get(i).fire(spikes, next);
                spikes = next;
            }
            return output.potentials(spikes);
        }

        SpikeBlock buffer(int layer, int units, int rows) {
            SpikeBlock buffer = buffers[layer];
            if (buffer == null || buffer.rows() != rows) {
                buffer = new SpikeBlock(units, rows);
                buffers[layer] = buffer;
            }
            return buffer;
        }
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
