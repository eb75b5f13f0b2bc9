package io.github.dl4jep.message;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Pairs of several activations that do not depend on the same weights, added up or beside one another.
 *
 * @param parts at least one, of as many examples and positions
 */
record CombinedPairs(List<Part> parts) implements PositionPairs {

    /**
     * One of them.
     *
     * @param pairs covariances before the gain
     * @param gain rows of the gain, or null for 1
     * @param factor of the covariances
     */
    record Part(PositionPairs pairs, @Nullable PositionRows gain, double factor) {}

    @Override
    public float[] between(int[] rows, int[] columns) {
        return sum(part -> part.pairs().between(rows, columns), gain -> gain.products(rows, columns));
    }

    @Override
    public float[] variances(int[] rows) {
        return sum(part -> part.pairs().variances(rows), gain -> gain.squares(rows));
    }

    private float[] sum(Function<Part, float[]> covariances, Function<PositionRows, float[]> gains) {
        float[] sum = new float[0];
        for (Part part : parts) {
            float[] each = covariances.apply(part);
            float[] gain = part.gain() == null ? null : gains.apply(part.gain());
            sum = sum.length == 0 ? new float[each.length] : sum;
            for (int i = 0; i < each.length; i++) {
                sum[i] += (float) part.factor() * each[i] * (gain == null ? 1 : gain[i]);
            }
        }
        return sum;
    }

    @Override
    public int minibatch() {
        return parts.get(0).pairs().minibatch();
    }

    @Override
    public int positions() {
        return parts.get(0).pairs().positions();
    }
}
