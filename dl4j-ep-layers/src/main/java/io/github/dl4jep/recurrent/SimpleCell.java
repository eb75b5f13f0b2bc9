package io.github.dl4jep.recurrent;

import io.github.dl4jep.unit.Unit;
import org.jspecify.annotations.Nullable;

/** h = f(u): the cell of a simple recurrent layer. */
public final class SimpleCell implements Cell {

    private final CellUnit unit;

    /**
     * A cell.
     *
     * @param unit f
     */
    public SimpleCell(Unit unit) {
        this.unit = new CellUnit(unit);
    }

    @Override
    public int gates() {
        return 1;
    }

    @Override
    public boolean hasMemory() {
        return false;
    }

    @Override
    public Step forward(StepMoments preActivation, CellState before) {
        float[] gain = new float[preActivation.mean.length];
        unit.moments(preActivation.mean, preActivation.variance, gain, 0, gain.length);
        return new SimpleStep(new CellState(preActivation, null), new Gains(gain, null, null, null));
    }

    @Override
    public float[] values(float[] potentials, float @Nullable [] memory) {
        unit.values(potentials, 0, potentials.length);
        return potentials;
    }

    private record SimpleStep(CellState after, Gains gains) implements Step {

        @Override
        public StepMessage back(StepMessage atOutput, @Nullable StepMessage atMemory) {
            float[] gain = gains.output;
            StepMessage message = StepMessage.nothing(gain.length);
            for (int i = 0; i < gain.length; i++) {
                message.shift[i] = gain[i] * atOutput.shift[i];
                message.curvature[i] = gain[i] * gain[i] * atOutput.curvature[i];
            }
            return message;
        }
    }
}
