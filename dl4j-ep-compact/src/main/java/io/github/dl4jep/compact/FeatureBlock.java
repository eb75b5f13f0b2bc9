package io.github.dl4jep.compact;

/**
 * Consecutive rows of features.
 *
 * @param features [all rows][inputs]; read only
 * @param from the first row of the block
 * @param rows how many
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record FeatureBlock(float[][] features, int from, int rows) {

    float[] row(int row) {
        return features[from + row];
    }

    FeatureBlock part(int first, int count) {
        return new FeatureBlock(features, from + first, count);
    }
}
