package io.github.dl4jep.compact.kernel;

/**
 * Consecutive rows of features.
 *
 * @param features [all rows][inputs]; read only
 * @param from the first row of the block
 * @param rows how many
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record FeatureBlock(float[][] features, int from, int rows) {

    public float[] row(int row) {
        return features[from + row];
    }

    public FeatureBlock part(int first, int count) {
        return new FeatureBlock(features, from + first, count);
    }
}
