package io.github.dl4jep.recurrent;

import io.github.dl4jep.array.FloatMatrix;
import io.github.dl4jep.linear.LinearFactor;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.StepCovariance;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightSite;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One way of a batch through the steps of a recurrent layer: moments forward, messages back; algorithm, section 5.
 *
 * <p>The pre-activation of a step is the part of the input, which is given, and that of the activation before: \( w = m_h M \), \( V =
 * m_h^2 S + v_h Q \). All steps share the weights, so the shifts and precisions of their messages add up.
 *
 * <p>Shapes: rows of all matrices are steps x minibatch, the minibatch fastest. Single precision; double precision is rounded.
 */
public final class RecurrentPass {

    private final Cell cell;
    private final Moments input;
    private final int minibatch;
    private final int units;
    private final SequenceRows rows;
    private final WeightMoments weights;
    private final RecurrentWeights products;
    private final List<CellState> before = new ArrayList<>();
    private final List<Cell.Step> steps = new ArrayList<>();
    /** Of the activations before all steps. */
    private final FloatMatrix meanBefore;

    private final FloatMatrix varianceBefore;

    private RecurrentPass(Cell cell, Moments input, SequenceRows rows, WeightMoments weights) {
        this.cell = cell;
        this.input = input;
        this.rows = rows;
        this.minibatch = rows.minibatch();
        this.units = Math.toIntExact(weights.mean().rows());
        this.weights = weights;
        this.products = new RecurrentWeights(weights, minibatch);
        this.meanBefore = matrix(units);
        this.varianceBefore = matrix(units);
    }

    /**
     * Sends moments through all steps.
     *
     * @param cell what happens at a step
     * @param input the input's part of the pre-activations, [steps x minibatch, gates x units]; written over
     * @param rows which rows are part of a sequence
     * @param weights moments of the recurrent weights, [units, gates x units]
     * @param start the state before the first step, or null for known zeros
     * @return all steps
     */
    public static RecurrentPass forward(
            Cell cell, Moments input, SequenceRows rows, WeightMoments weights, @Nullable RecurrentState start) {
        RecurrentPass pass = new RecurrentPass(cell, input, rows, weights);
        pass.run(start);
        return pass;
    }

    private void run(@Nullable RecurrentState start) {
        FloatMatrix means = FloatMatrix.of(input.mean());
        FloatMatrix variances = FloatMatrix.of(Objects.requireNonNull(input.variance()));
        CellState state = start == null ? zeros() : start.cellState();
        for (int t = 0; t < rows.steps(); t++) {
            meanBefore.putRows(t * minibatch, state.output().mean, minibatch);
            varianceBefore.putRows(t * minibatch, state.output().variance, minibatch);
            FloatMatrix mean = means.someRows(t * minibatch, minibatch);
            FloatMatrix variance = variances.someRows(t * minibatch, minibatch);
            if (t > 0 || start != null) {
                products.addMoments(state.output(), meanBefore.someRows(t * minibatch, minibatch), mean, variance);
            }
            StepMoments u = StepMoments.zeros(minibatch * cell.gates() * units);
            mean.getRows(0, u.mean, minibatch);
            variance.getRows(0, u.variance, minibatch);
            before.add(state);
            Cell.Step step = cell.forward(u, state);
            rows.keepBefore(t, state, step.after());
            steps.add(step);
            state = step.after();
        }
    }

    private CellState zeros() {
        int length = minibatch * units;
        return new CellState(StepMoments.zeros(length), cell.hasMemory() ? StepMoments.zeros(length) : null);
    }

    /**
     * The activations.
     *
     * @return moments, [steps x minibatch, units]; those of rows that are part of no sequence are known zeros
     */
    public Moments output() {
        FloatMatrix mean = matrix(units);
        FloatMatrix variance = matrix(units);
        for (int t = 0; t < steps.size(); t++) {
            StepMoments output = rows.visible(t, steps.get(t).after().output());
            mean.putRows(t * minibatch, output.mean, minibatch);
            variance.putRows(t * minibatch, output.variance, minibatch);
        }
        DataType type = input.mean().dataType();
        return new Moments(rows.scattered(mean.toArray(type)), rows.scattered(variance.toArray(type)));
    }

    private FloatMatrix matrix(int columns) {
        return FloatMatrix.uninitialized(rows.steps() * minibatch, columns);
    }

    /** {@return the number of steps} */
    public int count() {
        return rows.steps();
    }

    /**
     * The state after the last step.
     *
     * @return moments
     */
    public RecurrentState end() {
        return RecurrentState.of(
                steps.get(steps.size() - 1).after(), minibatch, input.mean().dataType());
    }

    /**
     * What the activations' messages mean.
     *
     * @param atInput message at the input's part of the pre-activations, [steps x minibatch, gates x units]
     * @param site what the steps say about the recurrent weights together
     */
    public record Answer(BackwardMessage atInput, WeightSite site) {}

    /**
     * The backward pass through all steps. The site is written over the moments of the weights.
     *
     * @param message message at the activations, [steps x minibatch, units]
     * @param withPrecision whether the site has a precision
     * @param part which examples of a joint batch the sequences are, or null for all of a first batch
     * @return messages
     */
    public Answer back(BackwardMessage message, boolean withPrecision, @Nullable BatchPart part) {
        FloatMatrix shifts = FloatMatrix.of(rows.moved(message.shift()));
        FloatMatrix curvatures = FloatMatrix.of(rows.moved(message.curvature()));
        FloatMatrix shiftOfInput = matrix(cell.gates() * units);
        FloatMatrix curvatureOfInput = matrix(cell.gates() * units);
        StepMessage atOutput = StepMessage.nothing(minibatch * units);
        StepMessage atMemory = cell.hasMemory() ? StepMessage.nothing(minibatch * units) : null;
        StepMessage seen = StepMessage.nothing(minibatch * units);
        for (int t = steps.size() - 1; t >= 0; t--) {
            shifts.getRows(t * minibatch, seen.shift, minibatch);
            curvatures.getRows(t * minibatch, seen.curvature, minibatch);
            add(seen.shift, atOutput.shift);
            add(seen.curvature, atOutput.curvature);
            rows.forget(t, atOutput);
            rows.forget(t, atMemory);
            StepMessage atGates = steps.get(t).back(atOutput, atMemory);
            shiftOfInput.putRows(t * minibatch, atGates.shift, minibatch);
            curvatureOfInput.putRows(t * minibatch, atGates.curvature, minibatch);
            products.back(
                    shiftOfInput.someRows(t * minibatch, minibatch),
                    curvatureOfInput.someRows(t * minibatch, minibatch),
                    atOutput);
        }
        DataType type = input.mean().dataType();
        BackwardMessage atInput = new BackwardMessage(shiftOfInput.toArray(type), curvatureOfInput.toArray(type));
        Moments outputsBefore = new Moments(meanBefore.toArray(type), varianceBefore.toArray(type));
        return new Answer(
                atInput,
                LinearFactor.messageToWeights(atInput, outputsBefore, weights, withPrecision, part, rows.steps()));
    }

    /** From the derivatives of a number by the last activations, [units], to those by all pre-activations: to first order. */
    private float[][] slopes(float[] ofLast) {
        float[][] slopes = new float[steps.size()][];
        FloatMatrix atGates = FloatMatrix.uninitialized(minibatch, cell.gates() * units);
        StepMessage atOutput = StepMessage.nothing(minibatch * units);
        StepMessage atMemory = cell.hasMemory() ? StepMessage.nothing(minibatch * units) : null;
        for (int i = 0; i < atOutput.shift.length; i++) {
            atOutput.shift[i] = ofLast[i / minibatch];
        }
        for (int t = steps.size() - 1; t >= 0; t--) {
            rows.forget(t, atOutput);
            rows.forget(t, atMemory);
            slopes[t] = steps.get(t).back(atOutput, atMemory).shift;
            atGates.putRows(0, slopes[t], minibatch);
            products.backShift(atGates, atOutput);
        }
        return slopes;
    }

    private static void add(float[] addend, float[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += addend[i];
        }
    }

    /**
     * The activations for known weights.
     *
     * @param cell what happens at a step
     * @param input the input's part of the pre-activations, [steps x minibatch, gates x units]
     * @param rows which rows are part of a sequence
     * @param weights recurrent weights, [units, gates x units]
     * @param start the state before the first step, of which the means are taken; or null for zeros
     * @return activations [steps x minibatch, units]
     */
    public static INDArray values(
            Cell cell, INDArray input, SequenceRows rows, INDArray weights, @Nullable RecurrentState start) {
        int minibatch = rows.minibatch();
        int units = Math.toIntExact(weights.rows());
        FloatMatrix potentials = FloatMatrix.of(input);
        FloatMatrix recurrent = FloatMatrix.of(weights);
        FloatMatrix activations = FloatMatrix.uninitialized(rows.steps() * minibatch, units);
        float[] output = new float[minibatch * units];
        float[] memory = cell.hasMemory() ? new float[minibatch * units] : null;
        if (start != null) {
            CellState state = start.cellState();
            output = state.output().mean;
            memory = memory == null ? null : Objects.requireNonNull(state.memory()).mean;
        }
        for (int t = 0; t < rows.steps(); t++) {
            float[] u = new float[minibatch * cell.gates() * units];
            potentials.getRows(t * minibatch, u, minibatch);
            FloatMatrix.of(u, minibatch).addProduct(FloatMatrix.of(output, minibatch), false, recurrent, false, 1);
            float[] memoryBefore = memory == null ? null : memory.clone();
            float[] next = cell.values(u, memory);
            rows.keepBefore(t, output, next);
            if (memory != null && memoryBefore != null) {
                rows.keepBefore(t, memoryBefore, memory);
            }
            output = next;
            activations.putRows(t * minibatch, rows.visible(t, output), minibatch);
        }
        return rows.scattered(activations.toArray(input.dataType()));
    }

    /**
     * The covariance of the steps.
     *
     * @param inputs what the layer sees, and how its input weights vary
     * @param bias mean variance of the biases
     * @return the covariance; nothing is computed yet
     */
    public StepCovariance covariance(SeenSteps inputs, double bias) {
        CellCovariance covariance = new CellCovariance(
                rows,
                inputs,
                t -> rows.gains(t, steps.get(t).gains()),
                before.stream().map(state -> state.output().mean).toList(),
                this::slopes,
                weights,
                (float) bias);
        return rows.areAll() ? covariance : new ScatteredSteps(covariance, rows);
    }
}
