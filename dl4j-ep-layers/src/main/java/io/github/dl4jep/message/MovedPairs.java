package io.github.dl4jep.message;

/** Pairs at other positions. */
final class MovedPairs implements PositionPairs {

    private final PositionPairs before;
    private final int[] sources;

    /**
     * Pairs at other positions.
     *
     * @param before the pairs at the old positions
     * @param sources for each new position the old one that stands for it
     */
    MovedPairs(PositionPairs before, int[] sources) {
        this.before = before;
        this.sources = sources.clone();
    }

    @Override
    public float[] between(int[] rows, int[] columns) {
        return before.between(old(rows), old(columns));
    }

    @Override
    public float[] variances(int[] rows) {
        return before.variances(old(rows));
    }

    @Override
    public int minibatch() {
        return before.minibatch();
    }

    @Override
    public int positions() {
        return sources.length;
    }

    private int[] old(int[] rows) {
        int[] old = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            old[i] = sources[rows[i] / minibatch()] * minibatch() + rows[i] % minibatch();
        }
        return old;
    }
}
