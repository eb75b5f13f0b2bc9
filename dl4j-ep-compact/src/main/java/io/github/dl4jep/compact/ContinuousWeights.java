package io.github.dl4jep.compact;

/**
 * Numbers of 32 bits.
 *
 * @param inputs number of inputs
 * @param values [outputs * inputs], all weights of an output side by side
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record ContinuousWeights(int inputs, float[] values) implements Weights {

    static ContinuousWeights of(float[][] weights) {
        int outputs = weights[0].length;
        float[] values = new float[weights.length * outputs];
        for (int i = 0; i < weights.length; i++) {
            LayerChecks.rowLength(weights[i].length, i, outputs);
            for (int j = 0; j < outputs; j++) {
                if (!Float.isFinite(weights[i][j])) {
                    throw new IllegalArgumentException("Weight from input " + i + " to output " + j + " is "
                            + weights[i][j] + ", allowed are finite numbers");
                }
                values[j * weights.length + i] = weights[i][j];
            }
        }
        return new ContinuousWeights(weights.length, values);
    }

    @Override
    public WeightKind kind() {
        return WeightKind.FLOAT;
    }

    @Override
    public double get(int input, int output) {
        return values[output * inputs + input];
    }
}
