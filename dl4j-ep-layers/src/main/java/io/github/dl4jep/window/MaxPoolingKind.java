package io.github.dl4jep.window;

import io.github.dl4jep.map.FixedMap;
import io.github.dl4jep.unit.Unit;
import org.jspecify.annotations.Nullable;

/** How the maximum of uncertain units is treated. */
public enum MaxPoolingKind {
    /** {@link MaxPooling}: the unit with the largest mean goes on as it is. Fastest. */
    LARGEST_MEAN {
        @Override
        public FixedMap pooling(WindowGeometry geometry, @Nullable Unit after) {
            return after == null ? new MaxPooling(geometry) : new MaxPooling(geometry, after);
        }

        @Override
        public boolean commutesWith(Unit unit) {
            return unit.isRising();
        }
    },
    /** {@link ClarkMaxPooling}: mean and variance of the maximum, taken pairwise; every unit of a window hears the message back. */
    CLARK {
        @Override
        public FixedMap pooling(WindowGeometry geometry, @Nullable Unit after) {
            return new ClarkMaxPooling(geometry);
        }

        @Override
        public boolean commutesWith(Unit unit) {
            return false;
        }
    };

    /**
     * A pooling.
     *
     * @param geometry where the windows lie
     * @param after a unit that this kind {@link #commutesWith}, where its pre-activations are pooled; null where activations are
     * @return the map, without the unit
     */
    public abstract FixedMap pooling(WindowGeometry geometry, @Nullable Unit after);

    /**
     * Whether a unit can be applied after the maximum instead of before it.
     *
     * @param unit the unit
     * @return true if the same element of each window goes on
     */
    public abstract boolean commutesWith(Unit unit);
}
