package io.github.dl4jep.cli.model;

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
     * The position after one batch more.
     *
     * @return the position
     */
    public Position afterBatch() {
        return new Position(passes, batch + 1, batches + 1);
    }

    /**
     * The position after the end of the pass.
     *
     * @return the position
     */
    public Position afterPass() {
        return new Position(passes + 1, 0, batches);
    }
}
