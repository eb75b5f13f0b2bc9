package io.github.dl4jep.recurrent;

/** Shift z and curvature G at the activations of one step, [minibatch, units], column by column. */
final class StepMessage {

    final float[] shift;
    final float[] curvature;

    StepMessage(float[] shift, float[] curvature) {
        this.shift = shift;
        this.curvature = curvature;
    }

    /** Says nothing. */
    static StepMessage nothing(int length) {
        return new StepMessage(new float[length], new float[length]);
    }
}
