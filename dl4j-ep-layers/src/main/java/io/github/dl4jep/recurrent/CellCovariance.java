package io.github.dl4jep.recurrent;

import io.github.dl4jep.array.FloatMatrix;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.StepCovariance;
import io.github.dl4jep.weight.WeightMoments;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The covariance of a recurrent layer's pre-activations, and of its memory, between examples at their steps: own.
 *
 * <p>Of pairs of different steps what the layer's own weights do is known to first order, with all terms between steps, by {@link
 * DrawnDirections}; of a memory's last step by {@link LastStepCovariance}. The rest is a recursion in which weights count as independent
 * from step to step: the last step of a cell without memory, the mean over steps, and what the weights of earlier layers do.
 *
 * <p>In the recursion one K stands for all gates. From the steps before, \( K = x\,diag(\bar s_x)\,x^T + h\,diag(\bar s_h)\,h^T + \bar
 * s_b + H \), where h is the activation before and H what the recurrent weights make of its covariance, \( H = (O\,diag(q)\,O^T) \circ K +
 * (T\,diag(q)\,T^T) \circ C \) with the gains O of the activation to a pre-activation and T to the memory. The memory has \( C =
 * \overline{F F^T} \circ C + \overline{P P^T} \circ K \), means over units, with the gains F to the memory before and P to the gates. What
 * peepholes pass on is left out everywhere.
 */
public final class CellCovariance implements StepCovariance {

    private final SequenceRows rows;
    private final SeenSteps inputs;
    private final IntFunction<Cell.Gains> ofSteps;
    private final Cell.@Nullable Gains[] gains;
    private final List<float[]> before;
    private final Function<float[], float[][]> slopes;
    private final DataType type;
    private final float[] meanVariance;
    private final float[] meanSquare;
    private final float bias;
    private final FloatMatrix recurrentMean;
    private @Nullable Blocks same;
    private @Nullable Blocks moved;
    private @Nullable Blocks pairsOfInputs;
    private @Nullable DrawnDirections directions;

    CellCovariance(
            SequenceRows rows,
            SeenSteps inputs,
            IntFunction<Cell.Gains> gains,
            List<float[]> before,
            Function<float[], float[][]> slopes,
            WeightMoments weights,
            float bias) {
        this.rows = rows;
        this.inputs = inputs;
        this.ofSteps = gains;
        this.gains = new Cell.Gains[rows.steps()];
        this.before = before;
        this.slopes = slopes;
        this.type = weights.mean().dataType();
        this.recurrentMean = FloatMatrix.of(weights.mean());
        this.meanVariance = Rows.floatColumns(weights.unitMeanVariance());
        this.meanSquare = Rows.floatColumns(weights.unitMeanSquaredMean());
        this.bias = bias;
    }

    private Cell.Gains gains(int step) {
        Cell.Gains known = gains[step];
        if (known == null) {
            known = ofSteps.apply(step);
            gains[step] = known;
        }
        return known;
    }

    private int size() {
        return rows.minibatch() * rows.minibatch();
    }

    @Override
    public int units() {
        return meanSquare.length;
    }

    @Override
    public int minibatch() {
        return rows.minibatch();
    }

    @Override
    public DataType type() {
        return type;
    }

    /**
     * K and C of every step t with the steps from {@code from(t)} to t, side by side; where nothing is seen, what earlier layers' weights
     * do.
     */
    private final class Blocks {

        private final boolean all;
        private final float[][] gates = new float[rows.steps()][];
        private final float[][] memory = new float[rows.steps()][];

        Blocks(boolean all, float @Nullable [][] seen, float @Nullable [][] given) {
            this.all = all;
            int steps = rows.steps();
            float[] evenly = new float[units()];
            Arrays.fill(evenly, 1f / units());
            for (int t = 0; t < steps; t++) {
                gates[t] = new float[(t - from(t) + 1) * size()];
                memory[t] = new float[gates[t].length];
                for (int earlier = from(t); earlier <= t; earlier++) {
                    fill(t, earlier, seen, given, evenly);
                }
            }
        }

        private int from(int step) {
            return all ? 0 : step;
        }

        private int at(int step, int earlier) {
            return (earlier - from(step)) * size();
        }

        private void fill(int t, int earlier, float @Nullable [][] seen, float @Nullable [][] given, float[] evenly) {
            int at = at(t, earlier);
            float[] k = seen == null ? new float[size()] : gram(seen[t], seen[earlier], null);
            if (given != null) {
                for (int i = 0; i < k.length; i++) {
                    k[i] += given[t][at + i];
                }
            }
            if (earlier > 0) {
                addPassedOn(t - 1, earlier - 1, null, meanSquare, k, 0);
            }
            System.arraycopy(k, 0, gates[t], at, k.length);
            Cell.Gains now = gains(t);
            Cell.Gains then = gains(earlier);
            if (now.memory == null || then.memory == null || now.kept == null || then.kept == null) {
                return;
            }
            float[] evenlyOverGates = new float[now.memory.length / rows.minibatch()];
            Arrays.fill(evenlyOverGates, 1f / units());
            float[] fresh = gram(now.memory, then.memory, evenlyOverGates);
            for (int i = 0; i < k.length; i++) {
                memory[t][at + i] = fresh[i] * k[i];
            }
            if (earlier > 0) {
                float[] kept = gram(now.kept, then.kept, evenly);
                int last = at(t - 1, earlier - 1);
                for (int i = 0; i < k.length; i++) {
                    memory[t][at + i] += kept[i] * memory[t - 1][last + i];
                }
            }
        }

        /** Adds (O diag(q) O') o K + (T diag(q) T') o C of the activations at two steps; q may differ by a gain of each row. */
        void addPassedOn(int t, int earlier, @Nullable INDArray gain, float[] q, float[] sum, int to) {
            Cell.Gains now = gains(t);
            Cell.Gains then = gains(earlier);
            addTerm(now.output, then.output, gain, q, t, earlier, gates, sum, to);
            if (now.outputOfMemory != null && then.outputOfMemory != null) {
                addTerm(now.outputOfMemory, then.outputOfMemory, gain, q, t, earlier, memory, sum, to);
            }
        }

        private void addTerm(
                float[] now,
                float[] then,
                @Nullable INDArray gain,
                float[] q,
                int t,
                int earlier,
                float[][] covariance,
                float[] sum,
                int to) {
            float[] gram = gram(times(now, gain, t), times(then, gain, earlier), q);
            int at = at(t, earlier);
            for (int i = 0; i < gram.length; i++) {
                sum[to + i] += gram[i] * covariance[t][at + i];
            }
        }
    }

    private float[] times(float[] values, @Nullable INDArray gain, int step) {
        if (gain == null) {
            return values;
        }
        float[] product = SeenSteps.rows(gain, step, rows.minibatch());
        for (int i = 0; i < product.length; i++) {
            product[i] *= values[i];
        }
        return product;
    }

    private float[][] seen() {
        float[][] seen = new float[rows.steps()][];
        for (int t = 0; t < seen.length; t++) {
            seen[t] = seen(t);
        }
        return seen;
    }

    /** Input, activation before and bias, scaled by the deviations of their weights. */
    private float[] seen(int step) {
        int minibatch = rows.minibatch();
        float[] x = inputs.scaled(step, minibatch);
        float[] h = before.get(step);
        float[] seen = Arrays.copyOf(x, x.length + h.length + minibatch);
        for (int unit = 0; unit < units(); unit++) {
            float factor = (float) Math.sqrt(meanVariance[unit]);
            for (int i = unit * minibatch; i < (unit + 1) * minibatch; i++) {
                seen[x.length + i] = h[i] * factor;
            }
        }
        Arrays.fill(seen, x.length + h.length, seen.length, (float) Math.sqrt(bias));
        return seen;
    }

    /** a diag(q) b', [minibatch, minibatch]; q null for 1. */
    private float[] gram(float[] a, float[] b, float @Nullable [] q) {
        int minibatch = rows.minibatch();
        float[] weighted = a;
        if (q != null) {
            weighted = new float[a.length];
            for (int column = 0; column < q.length; column++) {
                for (int i = column * minibatch; i < (column + 1) * minibatch; i++) {
                    weighted[i] = a[i] * q[column];
                }
            }
        }
        float[] product = new float[size()];
        FloatMatrix.of(product, minibatch)
                .assignProduct(FloatMatrix.of(weighted, minibatch), false, FloatMatrix.of(b, minibatch), true, 1);
        return product;
    }

    private Blocks equalSteps() {
        same = same == null ? new Blocks(false, seen(), inputs.passedOn(rows, Pairs.EQUAL_STEPS)) : same;
        return same;
    }

    @Override
    public float[][] passedOn(@Nullable INDArray gain, float[] q, Pairs asked) {
        if (asked == Pairs.EQUAL_STEPS) {
            return passedOn(equalSteps(), gain, q);
        }
        if (asked == Pairs.OF_MOVED_STEPS) {
            moved = moved == null ? new Blocks(true, seen(), inputs.passedOn(rows, asked)) : moved;
            return passedOn(moved, gain, q);
        }
        if (directions == null) {
            float[][] given = inputs.passedOn(rows, asked);
            pairsOfInputs = given == null ? null : new Blocks(true, null, given);
            float[][] seen = seen();
            directions = new DrawnDirections(seen, this::gains, recurrentMean, rows.minibatch(), units(), seed(seen));
        }
        float[][] passedOn = pairsOfInputs == null ? zeros() : passedOn(pairsOfInputs, gain, q);
        addOwn(directions, gain, q, passedOn);
        return passedOn;
    }

    private float[][] zeros() {
        float[][] zeros = new float[rows.steps()][];
        for (int t = 0; t < zeros.length; t++) {
            zeros[t] = new float[(t + 1) * size()];
        }
        return zeros;
    }

    private void addOwn(DrawnDirections own, @Nullable INDArray gain, float[] q, float[][] sum) {
        float[] weight = own.repeated(q);
        float[][] moves = new float[sum.length][];
        for (int t = 0; t < sum.length; t++) {
            moves[t] = own.at(t);
            if (gain != null) {
                moves[t] = moves[t].clone();
                float[] factors = SeenSteps.rows(gain, t, rows.minibatch());
                for (int i = 0; i < moves[t].length; i++) {
                    moves[t][i] *= factors[i % factors.length];
                }
            }
            for (int earlier = 0; earlier <= t; earlier++) {
                float[] gram = gram(moves[t], moves[earlier], weight);
                for (int i = 0; i < gram.length; i++) {
                    sum[t][earlier * size() + i] += gram[i];
                }
            }
        }
    }

    private float[][] passedOn(Blocks blocks, @Nullable INDArray gain, float[] q) {
        float[][] passedOn = new float[rows.steps()][];
        for (int t = 0; t < passedOn.length; t++) {
            int from = blocks.from(t);
            passedOn[t] = new float[(t - from + 1) * size()];
            for (int earlier = from; earlier <= t; earlier++) {
                blocks.addPassedOn(t, earlier, gain, q, passedOn[t], (earlier - from) * size());
            }
        }
        return passedOn;
    }

    /**
     * Another one for each batch, and the same whenever the same is computed again: from what is seen, or, where no process has all of it, from
     * the number of the batch.
     */
    private long seed(float[][] seen) {
        BatchPart part = inputs.covariance().inducing().part();
        return part != null && part.elsewhere() ? part.step() : Arrays.hashCode(seen[seen.length - 1]);
    }

    /**
     * Of a cell with memory the mean over units, exact to first order: a memory adds up what a weight does at all steps. Others have a gain
     * of each unit, and the recursion, which is no worse there.
     */
    @Override
    public BatchCovariance last() {
        int step = rows.steps() - 1;
        Cell.Gains gain = gains(step);
        if (gain.outputOfMemory == null) {
            return new BatchCovariance(
                    FloatMatrix.of(equalSteps().gates[step], rows.minibatch()).toArray(type),
                    FloatMatrix.of(gain.output, rows.minibatch()).toArray(type));
        }
        float[][] seen = seen();
        InducingExamples inducing = inputs.covariance().inducing().ofPart();
        return BatchCovariance.of(new LastStepCovariance(seen, rows.minibatch(), units(), slopes, seed(seen), inducing)
                .plusInputs(inputs.passedOn(rows, Pairs.EQUAL_STEPS))
                .covariance(type));
    }
}
