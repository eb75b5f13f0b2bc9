package io.github.dl4jep.cli.model;

import io.github.dl4jep.network.EpNetwork;

/**
 * How far a training has come.
 *
 * @param passes passes that are complete
 * @param batch batches learned from in the pass under way
 * @param batches batches learned from in all passes
 */
public record Position(int passes, int batch, long batches) {
    /** Before the first batch. */
    public static final Position START = new Position(0, 0, 0);

    /**
     * Where the training of a network stands.
     *
     * @param network the network
     * @return the position
     */
    public static Position of(EpNetwork network) {
        int batches = network.getIterationCount();
        return new Position(
                network.getEpochCount(), batches - (int) network.passCounter().getPassStart(), batches);
    }
}
