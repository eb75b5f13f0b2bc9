package io.github.dl4jep.recurrent;

/** Mean and variance of the activations at one step, [minibatch, units], column by column. */
final class StepMoments {

    final float[] mean;
    final float[] variance;

    StepMoments(float[] mean, float[] variance) {
        this.mean = mean;
        this.variance = variance;
    }

    /** Known to be 0. */
    static StepMoments zeros(int length) {
        return new StepMoments(new float[length], new float[length]);
    }

    /** E x^2. */
    float square(int i) {
        return mean[i] * mean[i] + variance[i];
    }
}
