package io.github.dl4jep.recurrent;

import io.github.dl4jep.unit.Unit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Long short-term memory: c = f c' + i g, h = o t(c), where f, i and o are gates. Products are those of independent variables, \( E[xy] =
 * m_x m_y \), \( Var[xy] = m_x^2 v_y + v_x m_y^2 + v_x v_y \).
 *
 * <p>Pre-activations in DL4J's order: g, f, o, i. With peepholes the gates f and i see the memory before, o that after.
 *
 * <p>Source: Hochreiter and Schmidhuber 1997, Neural Computation 9, 1735, doi:10.1162/neco.1997.9.8.1735; with peepholes: Graves 2013,
 * arXiv:1308.0850, eq. (7) to (11).
 */
public final class LstmCell implements Cell {

    private final CellUnit unit;
    private final CellUnit gate;
    private final @Nullable Peepholes peepholes;

    /**
     * A cell.
     *
     * @param unit unit of g and t
     * @param gate unit of f, o and i
     * @param peepholes weights of the memory at the gates, or null for none
     */
    public LstmCell(Unit unit, Unit gate, @Nullable Peepholes peepholes) {
        this.unit = new CellUnit(unit);
        this.gate = new CellUnit(gate);
        this.peepholes = peepholes;
    }

    @Override
    public int gates() {
        return 4;
    }

    @Override
    public boolean hasMemory() {
        return true;
    }

    @Override
    public Step forward(StepMoments u, CellState before) {
        StepMoments memory = Objects.requireNonNull(before.memory());
        int n = memory.mean.length;
        float[] gain = new float[4 * n];
        if (peepholes != null) {
            peepholes.add(Peepholes.FORGET, memory, u, n);
            peepholes.add(Peepholes.INPUT, memory, u, 3 * n);
        }
        unit.moments(u.mean, u.variance, gain, 0, n);
        gate.moments(u.mean, u.variance, gain, n, 2 * n);
        gate.moments(u.mean, u.variance, gain, 3 * n, 4 * n);
        StepMoments after = memory(u, memory);
        if (peepholes != null) {
            peepholes.add(Peepholes.OUTPUT, after, u, 2 * n);
        }
        gate.moments(u.mean, u.variance, gain, 2 * n, 3 * n);
        StepMoments seen = new StepMoments(after.mean.clone(), after.variance.clone());
        float[] gainOfMemory = new float[n];
        unit.moments(seen.mean, seen.variance, gainOfMemory, 0, n);
        StepMoments output = StepMoments.zeros(n);
        for (int j = 0; j < n; j++) {
            float o = u.mean[2 * n + j];
            float vo = u.variance[2 * n + j];
            float t = seen.mean[j];
            float vt = seen.variance[j];
            output.mean[j] = o * t;
            output.variance[j] = o * o * vt + vo * t * t + vo * vt;
        }
        return new LstmStep(u, gain, memory, seen, gainOfMemory, new CellState(output, after));
    }

    /** Moments of f c' + i g. */
    private static StepMoments memory(StepMoments u, StepMoments before) {
        int n = before.mean.length;
        StepMoments after = StepMoments.zeros(n);
        for (int j = 0; j < n; j++) {
            float g = u.mean[j];
            float vg = u.variance[j];
            float f = u.mean[n + j];
            float vf = u.variance[n + j];
            float i = u.mean[3 * n + j];
            float vi = u.variance[3 * n + j];
            float c = before.mean[j];
            float vc = before.variance[j];
            after.mean[j] = f * c + i * g;
            after.variance[j] = f * f * vc + vf * c * c + vf * vc + i * i * vg + vi * g * g + vi * vg;
        }
        return after;
    }

    @Override
    public float[] values(float[] u, float @Nullable [] memory) {
        float[] c = Objects.requireNonNull(memory);
        int n = c.length;
        if (peepholes != null) {
            peepholes.addValues(Peepholes.FORGET, c, u, n);
            peepholes.addValues(Peepholes.INPUT, c, u, 3 * n);
        }
        unit.values(u, 0, n);
        gate.values(u, n, 2 * n);
        gate.values(u, 3 * n, 4 * n);
        for (int j = 0; j < n; j++) {
            c[j] = u[n + j] * c[j] + u[3 * n + j] * u[j];
        }
        if (peepholes != null) {
            peepholes.addValues(Peepholes.OUTPUT, c, u, 2 * n);
        }
        gate.values(u, 2 * n, 3 * n);
        float[] output = c.clone();
        unit.values(output, 0, n);
        for (int j = 0; j < n; j++) {
            output[j] *= u[2 * n + j];
        }
        return output;
    }

    /** One step: moments of the gates, and their gains, gate by gate; of the memory before; of t(c). */
    private final class LstmStep implements Step {

        private final StepMoments gates;
        private final float[] gain;
        private final StepMoments before;
        private final StepMoments seen;
        private final float[] gainOfMemory;
        private final CellState after;

        LstmStep(
                StepMoments gates,
                float[] gain,
                StepMoments before,
                StepMoments seen,
                float[] gainOfMemory,
                CellState after) {
            this.gates = gates;
            this.gain = gain;
            this.before = before;
            this.seen = seen;
            this.gainOfMemory = gainOfMemory;
            this.after = after;
        }

        @Override
        public CellState after() {
            return after;
        }

        /** To a factor of a product go z times the other's mean and G times the other's mean square. */
        @Override
        public StepMessage back(StepMessage atOutput, @Nullable StepMessage atMemory) {
            StepMessage memory = Objects.requireNonNull(atMemory);
            int n = before.mean.length;
            StepMessage u = StepMessage.nothing(4 * n);
            for (int j = 0; j < n; j++) {
                int o = 2 * n + j;
                u.shift[o] = gain[o] * seen.mean[j] * atOutput.shift[j];
                u.curvature[o] = gain[o] * gain[o] * seen.square(j) * atOutput.curvature[j];
                float d = gainOfMemory[j];
                memory.shift[j] += d * gates.mean[o] * atOutput.shift[j];
                memory.curvature[j] += d * d * gates.square(o) * atOutput.curvature[j];
            }
            if (peepholes != null) {
                peepholes.back(Peepholes.OUTPUT, Objects.requireNonNull(after.memory()), u, 2 * n, memory);
            }
            for (int j = 0; j < n; j++) {
                int f = n + j;
                int i = 3 * n + j;
                float z = memory.shift[j];
                float g = memory.curvature[j];
                u.shift[j] = gain[j] * gates.mean[i] * z;
                u.curvature[j] = gain[j] * gain[j] * gates.square(i) * g;
                u.shift[f] = gain[f] * before.mean[j] * z;
                u.curvature[f] = gain[f] * gain[f] * before.square(j) * g;
                u.shift[i] = gain[i] * gates.mean[j] * z;
                u.curvature[i] = gain[i] * gain[i] * gates.square(j) * g;
                memory.shift[j] = gates.mean[f] * z;
                memory.curvature[j] = gates.square(f) * g;
            }
            if (peepholes != null) {
                peepholes.back(Peepholes.FORGET, before, u, n, memory);
                peepholes.back(Peepholes.INPUT, before, u, 3 * n, memory);
            }
            return u;
        }

        @Override
        public Gains gains() {
            int n = before.mean.length;
            float[] output = new float[n];
            float[] outputOfMemory = new float[n];
            float[] memory = new float[3 * n];
            float[] kept = new float[n];
            for (int j = 0; j < n; j++) {
                output[j] = gain[2 * n + j] * seen.mean[j];
                outputOfMemory[j] = gates.mean[2 * n + j] * gainOfMemory[j];
                memory[j] = gates.mean[3 * n + j] * gain[j];
                memory[n + j] = before.mean[j] * gain[n + j];
                memory[2 * n + j] = gates.mean[j] * gain[3 * n + j];
                kept[j] = gates.mean[n + j];
            }
            return new Gains(output, outputOfMemory, memory, kept);
        }
    }
}
