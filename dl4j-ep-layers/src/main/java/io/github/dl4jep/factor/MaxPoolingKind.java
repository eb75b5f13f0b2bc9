package io.github.dl4jep.factor;

/** How the maximum of uncertain units is treated. */
public enum MaxPoolingKind {
    /** {@link MaxPooling}: the unit with the largest mean goes on as it is. Fastest. */
    LARGEST_MEAN {
        @Override
        public FixedMap pooling(WindowGeometry geometry) {
            return new MaxPooling(geometry);
        }
    },
    /** {@link ClarkMaxPooling}: mean and variance of the maximum, taken pairwise; every unit of a window hears the message back. */
    CLARK {
        @Override
        public FixedMap pooling(WindowGeometry geometry) {
            return new ClarkMaxPooling(geometry);
        }
    };

    /**
     * A pooling of this kind.
     *
     * @param geometry where the windows lie
     * @return the map
     */
    public abstract FixedMap pooling(WindowGeometry geometry);
}
