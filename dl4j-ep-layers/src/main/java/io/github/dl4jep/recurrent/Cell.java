package io.github.dl4jep.recurrent;

import org.jspecify.annotations.Nullable;

/** What a recurrent layer does at one step, given the pre-activations of all its gates. Stateless. */
public interface Cell {

    /**
     * How many pre-activations a unit has.
     *
     * @return number of gates; the columns of the weights are gate by gate
     */
    int gates();

    /**
     * Whether there is a memory beside the activation.
     *
     * @return true if the state has two parts
     */
    boolean hasMemory();

    /**
     * One step.
     *
     * @param preActivation moments of the pre-activations, gate by gate; written over
     * @param before the state before
     * @return the state after, and the backward pass
     */
    Step forward(StepMoments preActivation, CellState before);

    /**
     * One step for known weights.
     *
     * @param potentials pre-activations, gate by gate; written over
     * @param memory the memory before, written over by that after it; or null
     * @return the activation
     */
    float[] values(float[] potentials, float @Nullable [] memory);

    /** One step of one batch. */
    interface Step {

        /**
         * The state after.
         *
         * @return activation and memory
         */
        CellState after();

        /**
         * The backward pass.
         *
         * @param atOutput message at the activation
         * @param atMemory message at the memory from the step after; written over by that at the memory before
         * @return message at the pre-activations, gate by gate
         */
        StepMessage back(StepMessage atOutput, @Nullable StepMessage atMemory);

        /**
         * How activation and memory answer to the pre-activations and to the memory before, to first order.
         *
         * @return gains, each [minibatch, columns], column by column
         */
        Gains gains();
    }

    /** First-order answers of a cell; the last three are null for a cell without a memory. */
    final class Gains {

        /** Of the activation to a pre-activation, [minibatch, units]. */
        final float[] output;

        /** Of the activation to the memory, [minibatch, units]. */
        final float @Nullable [] outputOfMemory;

        /** Of the memory to the pre-activations of its gates, [minibatch, gates x units]. */
        final float @Nullable [] memory;

        /** Of the memory to the memory before, [minibatch, units]. */
        final float @Nullable [] kept;

        Gains(float[] output, float @Nullable [] outputOfMemory, float @Nullable [] memory, float @Nullable [] kept) {
            this.output = output;
            this.outputOfMemory = outputOfMemory;
            this.memory = memory;
            this.kept = kept;
        }

        /**
         * To first order, how far the activation moves with the pre-activations and with the memory before.
         *
         * @param preActivations how far these move, [minibatch, gates x units]
         * @param moved how far the memory before moves, written over by how far the memory moves; zeros for a cell without
         * @return how far the activation moves, [minibatch, units]
         */
        float[] move(float[] preActivations, float[] moved) {
            int n = output.length;
            float[] result = new float[n];
            if (outputOfMemory == null || memory == null || kept == null) {
                for (int j = 0; j < n; j++) {
                    result[j] = output[j] * preActivations[j];
                }
                return result;
            }
            // Pre-activations in DL4J's order g, f, o, i; the memory's gates are g, f, i.
            for (int j = 0; j < n; j++) {
                moved[j] = kept[j] * moved[j]
                        + memory[j] * preActivations[j]
                        + memory[n + j] * preActivations[n + j]
                        + memory[2 * n + j] * preActivations[3 * n + j];
                result[j] = output[j] * preActivations[2 * n + j] + outputOfMemory[j] * moved[j];
            }
            return result;
        }
    }
}
