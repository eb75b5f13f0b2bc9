package io.github.dl4jep.type.recurrent;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.linear.BiasTerm;
import io.github.dl4jep.linear.LinearFactor;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.StepMask;
import io.github.dl4jep.params.StockWeights;
import io.github.dl4jep.recurrent.Cell;
import io.github.dl4jep.recurrent.Peepholes;
import io.github.dl4jep.recurrent.RecurrentPass;
import io.github.dl4jep.recurrent.RecurrentState;
import io.github.dl4jep.recurrent.SeenSteps;
import io.github.dl4jep.recurrent.SequenceRows;
import io.github.dl4jep.recurrent.SequenceStates;
import io.github.dl4jep.vertex.LayerWeights;
import io.github.dl4jep.vertex.Learner;
import io.github.dl4jep.vertex.LinearMap;
import io.github.dl4jep.vertex.ParameterKey;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.Vertex;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightPosterior;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A recurrent layer: one product of all steps with the weights of the input, then step by step. */
public final class RecurrentVertex implements LinearMap {

    private final long inputs;
    private final Function<@Nullable Peepholes, Cell> cell;
    private final LayerWeights weights;
    private final LayerWeights recurrent;
    private final @Nullable LayerWeights peepholes;
    private final @Nullable SequenceStates states;

    /**
     * A layer.
     *
     * @param inputs number of channels the layer takes
     * @param cell makes what happens at a step
     * @param weights weights of the input, and the bias
     * @param recurrent weights of the activation before
     * @param peepholes weights of the memory, or null for none
     */
    public RecurrentVertex(
            long inputs,
            Function<@Nullable Peepholes, Cell> cell,
            LayerWeights weights,
            LayerWeights recurrent,
            @Nullable LayerWeights peepholes) {
        this(inputs, cell, weights, recurrent, peepholes, null);
    }

    private RecurrentVertex(
            long inputs,
            Function<@Nullable Peepholes, Cell> cell,
            LayerWeights weights,
            LayerWeights recurrent,
            @Nullable LayerWeights peepholes,
            @Nullable SequenceStates states) {
        this.inputs = inputs;
        this.cell = cell;
        this.weights = weights;
        this.recurrent = recurrent;
        this.peepholes = peepholes;
        this.states = states;
    }

    @Override
    public RecurrentVertex continuing(SequenceStates going) {
        return new RecurrentVertex(inputs, cell, weights, recurrent, peepholes, going);
    }

    /** A vertex whose draws are the point network. */
    Vertex asPoint() {
        RecurrentVertex own = this;
        return new Vertex() {
            @Override
            public Pass forward(List<ForwardMessage> messages, Sites pending) {
                return own.forward(messages, pending);
            }

            @Override
            public Moments predict(List<Moments> moments) {
                return own.predict(moments);
            }

            @Override
            public Moments sample(List<Moments> values) {
                return own.point(values.get(0));
            }

            @Override
            public String describe() {
                return own.describe();
            }
        };
    }

    /** The state before the first step, or null for zeros. */
    private @Nullable RecurrentState start(Moments moments) {
        RecurrentState start = states == null ? null : states.get(describe());
        if (start != null && start.minibatch() != moments.mean().size(0)) {
            throw new DL4JInvalidInputException("There are " + moments.mean().size(0) + " sequences, but the state of "
                    + describe() + " is that of " + start.minibatch()
                    + "; go on with the same sequences, or begin anew with rnnClearPreviousState()");
        }
        return start;
    }

    private void keepEnd(RecurrentPass steps) {
        if (states != null) {
            states.put(describe(), steps.end().detached());
        }
    }

    @Override
    public Pass forward(List<ForwardMessage> messages, Sites pending) {
        return new Steps(messages.get(0), pending).pass();
    }

    /** The way of one batch through the layer. */
    private final class Steps implements Backward {

        private final ForwardMessage message;
        private final Moments input;
        private final WeightMoments ofInput;
        private final WeightMoments ofBias;
        private final @Nullable Peepholes ofMemory;
        private final RecurrentPass steps;
        private final AtomicBoolean answered = new AtomicBoolean();

        Steps(ForwardMessage message, Sites pending) {
            this.message = message;
            this.input = rows(message.moments());
            this.ofInput = weights.weights().momentsOfSums(pending.site(weights.weightKey()), input.isPointMass());
            this.ofBias = bias().moments(pending.site(weights.biasKey()));
            this.ofMemory = peepholes == null
                    ? null
                    : new Peepholes(peepholes.weights().moments(pending.site(peepholes.weightKey())));
            this.steps = RecurrentPass.forward(
                    cell.apply(ofMemory),
                    LinearFactor.messageToPreActivation(input, ofInput, ofBias),
                    sequences(message.moments()),
                    recurrent.weights().momentsOfSums(pending.site(recurrent.weightKey()), false),
                    start(message.moments()));
            keepEnd(steps);
        }

        Pass pass() {
            return new Pass(new ForwardMessage(activation(steps.output(), message.moments()), covariance()), this);
        }

        private BatchCovariance covariance() {
            InducingExamples inducing = message.covariance().inducing();
            if (!inducing.areAsked()) {
                return BatchCovariance.none(inducing);
            }
            SeenSteps seen = new SeenSteps(
                    input.mean(), message.covariance(), ofInput.unitMeanVariance(), ofInput.unitMeanSquaredMean());
            double biasVariance = Rows.mean(ofBias.variance());
            return BatchCovariance.of(steps.covariance(seen, biasVariance), inducing.ofPart());
        }

        @Override
        public Answer answer(BackwardMessage atActivation) {
            if (answered.getAndSet(true)) {
                throw new IllegalStateException(
                        "The pass through " + describe() + " was answered before; call forward again");
            }
            long rows = input.mean().rows();
            BatchPart part = message.covariance().inducing().part();
            RecurrentPass.Answer answer = steps.back(
                    new BackwardMessage(rows(atActivation.shift(), rows), rows(atActivation.curvature(), rows)),
                    recurrent.weights().usesSitePrecision(),
                    part);
            BackwardMessage atGates = answer.atInput();
            BackwardMessage toInput = input.isPointMass() ? null : LinearFactor.messageToInput(atGates, ofInput);
            Sites sites = Sites.of(
                            weights.weightKey(),
                            LinearFactor.messageToWeights(
                                    atGates,
                                    input,
                                    ofInput,
                                    weights.weights().usesSitePrecision(),
                                    part,
                                    steps.count()))
                    .plus(Sites.of(weights.biasKey(), BiasTerm.message(atGates)))
                    .plus(Sites.of(recurrent.weightKey(), answer.site()));
            if (peepholes != null) {
                sites = sites.plus(Sites.of(
                        peepholes.weightKey(),
                        Objects.requireNonNull(ofMemory).site(input.mean().dataType())));
            }
            return Answer.of(toInput == null ? null : toExamples(toInput), sites);
        }

        private BackwardMessage toExamples(BackwardMessage rows) {
            long minibatch = message.moments().mean().size(0);
            SequenceRows sequences = sequences(message.moments());
            return new BackwardMessage(
                    rows(sequences.scattered(rows.shift()), minibatch),
                    rows(sequences.scattered(rows.curvature()), minibatch));
        }
    }

    private WeightPosterior bias() {
        return Objects.requireNonNull(weights.bias());
    }

    /** Another number of rows, without a copy where the array is f-ordered. */
    private static INDArray rows(INDArray matrix, long rows) {
        return matrix.dup('f').reshape('f', rows, matrix.length() / rows);
    }

    /** [steps x minibatch, channels] of [minibatch, channels x steps]. */
    private Moments rows(Moments moments) {
        ExampleShape shape = moments.shape();
        if (shape.spatialRank() != 1 || shape.channels() != inputs) {
            throw new DL4JInvalidInputException("An example has shape " + shape + ", allowed are " + inputs
                    + " channel(s) first and one dimension of steps at " + describe()
                    + "; check the data, its format (NCW or NWC) or nIn of the layer");
        }
        long rows = moments.mean().length() / inputs;
        SequenceRows sequences = sequences(moments);
        INDArray variance = moments.variance();
        return new Moments(
                sequences.moved(rows(moments.mean(), rows)),
                variance == null ? null : sequences.moved(rows(variance, rows)));
    }

    private static SequenceRows sequences(Moments moments) {
        StepMask mask = moments.mask();
        return mask != null
                ? SequenceRows.of(mask)
                : SequenceRows.all(
                        Math.toIntExact(moments.mean().size(0)),
                        Math.toIntExact(moments.shape().positions()));
    }

    /** [minibatch, units x steps] of [steps x minibatch, units]. */
    private static Moments activation(Moments rows, Moments input) {
        long minibatch = input.mean().size(0);
        INDArray variance = rows.variance();
        return new Moments(rows(rows.mean(), minibatch), variance == null ? null : rows(variance, minibatch))
                .shapedAs(ExampleShape.of(rows.mean().columns(), input.shape().positions()));
    }

    @Override
    public Moments predict(List<Moments> messages) {
        Moments moments = messages.get(0);
        Moments input = rows(moments);
        Peepholes ofMemory = peepholes == null ? null : new Peepholes(peepholes.predictiveMoments());
        RecurrentPass steps = RecurrentPass.forward(
                cell.apply(ofMemory),
                LinearFactor.messageToPreActivation(
                        input,
                        weights.predictiveMomentsOfSums(input.isPointMass()),
                        Objects.requireNonNull(weights.predictiveBias())),
                sequences(moments),
                recurrent.predictiveMomentsOfSums(false),
                start(moments));
        keepEnd(steps);
        return activation(steps.output(), moments);
    }

    @Override
    public Moments sample(List<Moments> values) {
        return known(values.get(0), of -> of.layout().sample(of.parameters().get()));
    }

    @Override
    public Moments point(Moments values) {
        return known(values, of -> of.layout().point(of.parameters().get()));
    }

    /** The activation for known weights. */
    private Moments known(Moments values, Function<LayerWeights, StockWeights> chosen) {
        StockWeights ofInput = chosen.apply(weights);
        INDArray potentials = rows(values).mean().mmul(ofInput.weights());
        potentials.addiRowVector(Objects.requireNonNull(ofInput.bias()));
        Peepholes ofMemory =
                peepholes == null ? null : Peepholes.of(chosen.apply(peepholes).weights());
        INDArray output = RecurrentPass.values(
                cell.apply(ofMemory),
                potentials,
                sequences(values),
                chosen.apply(recurrent).weights(),
                null);
        return activation(new Moments(output, null), values);
    }

    @Override
    public boolean hasState() {
        return true;
    }

    @Override
    public boolean hasGates() {
        return cell.apply(null).hasMemory();
    }

    @Override
    public boolean heedsMask(Moments input) {
        return true;
    }

    @Override
    public String describe() {
        return weights.place().get();
    }

    @Override
    public Map<ParameterKey, Learner> learners() {
        Map<ParameterKey, Learner> learners = new LinkedHashMap<>(weights.learners());
        learners.putAll(recurrent.learners());
        if (peepholes != null) {
            learners.putAll(peepholes.learners());
        }
        return learners;
    }
}
