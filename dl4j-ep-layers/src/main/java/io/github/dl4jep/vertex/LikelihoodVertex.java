package io.github.dl4jep.vertex;

import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.learned.PriorPull;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.learned.TargetScaling;
import io.github.dl4jep.learned.TrustRegion;
import io.github.dl4jep.likelihood.InvalidLabelException;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.OutputBatch;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.loss.Likelihoods;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** The likelihood of one layer: labels on one side, the potentials of a vertex on the other. Stateless, as a {@link Vertex} is. */
public final class LikelihoodVertex {

    private final Likelihood likelihood;
    private final @Nullable INDArray outputWeights;
    private final OutputRows rows;
    private final OutputRows labelRows;
    private final Supplier<String> place;
    private final Supplier<Map<String, INDArray>> parameters;

    /**
     * A likelihood.
     *
     * @param likelihood the likelihood
     * @param loss DL4J's loss, for the weights of outputs
     * @param rows where the outputs stand
     * @param place the layer's name and index, for messages
     * @param parameters the layer's current parameters
     */
    public LikelihoodVertex(
            Likelihood likelihood,
            ILossFunction loss,
            OutputRows rows,
            Supplier<String> place,
            Supplier<Map<String, INDArray>> parameters) {
        this.likelihood = likelihood;
        this.outputWeights = Likelihoods.outputWeights(loss);
        this.rows = rows;
        this.labelRows = rows.withOutputs(likelihood.labelColumns(Math.toIntExact(rows.outputs())));
        this.place = place;
        this.parameters = parameters;
    }

    /**
     * What labels say.
     *
     * @param message message at the potentials
     * @param sites statistics of what the likelihood learns
     * @param expected means of the potentials after the step, if the network is as linear as the joint solve takes it; null where steps
     *     are not checked
     */
    public record Observation(
            BackwardMessage message, Sites sites, @Nullable INDArray expected) {}

    /**
     * The joint message of a batch to the potentials, and what the likelihood learns from it.
     *
     * @param message moments of the potentials and their batch covariance
     * @param labels [minibatch, label columns], or in DL4J's own shape where labels stand at positions
     * @param mask label mask, or null
     * @param earlier message at the potentials in the sweep before on the same batch, or null in the first
     * @param trust for each row how much weights learn from it, 0 to 1; of rows at positions perhaps for each example; null for 1
     * @return message and statistics
     */
    public Observation observe(
            ForwardMessage message,
            INDArray labels,
            @Nullable INDArray mask,
            @Nullable BackwardMessage earlier,
            double @Nullable [] trust) {
        INDArray earlierShift = earlier == null ? null : rows.rows(earlier.shift());
        Likelihood.Update update =
                likelihood.update(batch(message, labels, mask, earlierShift, trust), parameters.get());
        long examples = message.moments().mean().size(0);
        INDArray expected = TrustRegion.isLearned(parameters.get()) ? update.expected() : null;
        return new Observation(
                new BackwardMessage(
                        rows.matrix(update.message().shift(), examples),
                        rows.matrix(update.message().curvature(), examples)),
                sites(update.statistics()),
                expected == null ? null : rows.matrix(expected, examples));
    }

    /**
     * How much weights learn from each row of a batch.
     *
     * @param message message at the potentials
     * @param labels as in {@link #observe}
     * @param mask label mask, or null
     * @return 0 to 1 for each row, the minibatch fastest; null for 1
     */
    public double @Nullable [] trust(ForwardMessage message, INDArray labels, @Nullable INDArray mask) {
        return likelihood.trust(batch(message, labels, mask, null, null), parameters.get());
    }

    /**
     * Whether steps are long enough to be checked in networks without states: {@link Likelihood#hasLongSteps}.
     *
     * @return true for most
     */
    public boolean hasLongSteps() {
        return likelihood.hasLongSteps(parameters.get());
    }

    /**
     * Share of the examples that weights never learn from.
     *
     * @return in [0, 1)
     */
    public double withheldShare() {
        return likelihood.withheldShare();
    }

    /**
     * What withheld examples say.
     *
     * @param potentials moments as predictions have them
     * @param labels as in {@link #observe}
     * @param mask label mask, or null
     * @return statistics of what the likelihood learns from them
     */
    public Sites observeWithheld(Moments potentials, INDArray labels, @Nullable INDArray mask) {
        ForwardMessage message = new ForwardMessage(potentials, BatchCovariance.none());
        return sites(likelihood.observeWithheld(batch(message, labels, mask, null, null), parameters.get()));
    }

    /**
     * What the examples of a batch of the first pass say while all of them are new.
     *
     * @param message moments of the potentials and their batch covariance
     * @param labels as in {@link #observe}
     * @param mask label mask, or null
     * @param trust as in {@link #observe}
     * @return statistics of what the likelihood learns from them
     */
    public Sites observeFresh(
            ForwardMessage message, INDArray labels, @Nullable INDArray mask, double @Nullable [] trust) {
        return sites(likelihood.observeFresh(batch(message, labels, mask, null, trust), parameters.get()));
    }

    /**
     * What is learned beside the weights.
     *
     * @return views by name
     */
    public Map<String, INDArray> parameters() {
        return parameters.get();
    }

    private Sites sites(Map<String, Statistic> statistics) {
        Sites sites = Sites.NONE;
        for (Map.Entry<String, Statistic> learned : statistics.entrySet()) {
            sites = sites.plus(Sites.of(key(learned.getKey()), learned.getValue()));
        }
        return sites;
    }

    private ParameterKey key(String name) {
        return new ParameterKey(place.get(), name);
    }

    /**
     * How strongly the prior pulls.
     *
     * @param step number of the batch, from 1
     * @return times in a pass of such batches that the prior's message is multiplied in; where that is not learned, as the number of labels says
     */
    public double pull(long step) {
        return learnsPull()
                ? PriorPull.strength(parameters.get()) * TrustRegion.pullBeside(parameters.get(), step)
                : PriorPull.ofLabels(TargetScaling.labels(parameters.get()));
    }

    /**
     * Whether the pull of the prior is learned.
     *
     * @return false if the prior does not pull
     */
    public boolean learnsPull() {
        return parameters.get().containsKey(PriorPull.NAME);
    }

    /**
     * What withheld examples say about the prior's pull.
     *
     * @param changes change of each one's negative log likelihood by a small pull
     * @return a statistic of its strength
     */
    public Sites observePull(double[] changes) {
        return Sites.of(key(PriorPull.NAME), PriorPull.statistic(changes));
    }

    /**
     * How the likelihood's parameters learn.
     *
     * @return a learner for each
     */
    public Map<ParameterKey, Learner> learners() {
        Map<ParameterKey, Learner> learners = new LinkedHashMap<>();
        for (String name :
                likelihood.parameterLengths(Math.toIntExact(rows.outputs())).keySet()) {
            ParameterKey key = key(name);
            learners.put(key, (sites, step, phase) -> {
                Statistic statistic = sites.statistic(key);
                return statistic == null ? Learner.NO_CHANGE : change(name, statistic, phase);
            });
        }
        return learners;
    }

    private Runnable change(String name, Statistic statistic, LearningPhase phase) {
        INDArray view = Parameters.get(parameters.get(), name);
        double[] current = Rows.flat(view);
        double[] next = name.equals(PriorPull.NAME)
                ? PriorPull.learn(current, statistic, phase.probesPerPass())
                : likelihood.learn(name, current, statistic, phase);
        if (!Double.isFinite(Arrays.stream(next).sum())) {
            throw new ArithmeticException(key(name) + " would become " + Arrays.toString(next));
        }
        return () -> HostMemory.write(next, view);
    }

    /**
     * Which layer this is, for messages.
     *
     * @return the layer's name and index
     */
    public String describe() {
        return place.get();
    }

    private OutputBatch batch(
            ForwardMessage message,
            INDArray labels,
            @Nullable INDArray mask,
            @Nullable INDArray earlierShift,
            double @Nullable [] trust) {
        labelRows.requireSamePositions(labels, message.moments(), rows.outputs(), place.get());
        return new OutputBatch(
                new ForwardMessage(rows.rows(message.moments(), place.get()), message.covariance()),
                labelRows.placed(labels, likelihood),
                labelRows.importance(labels, mask, likelihood, outputWeights),
                earlierShift,
                trust);
    }

    /**
     * Negative log predictive likelihood of each example, from given potentials.
     *
     * @param potentials moments of the output potentials
     * @param labels as in {@link #observe}
     * @param mask label mask, or null
     * @return nats per example, [minibatch, 1]
     */
    public INDArray negativeLogLikelihood(Moments potentials, INDArray labels, @Nullable INDArray mask) {
        ForwardMessage message = new ForwardMessage(potentials, BatchCovariance.none());
        INDArray ofRows = likelihood.negativeLogLikelihood(batch(message, labels, mask, null, null), parameters.get());
        return summed(ofRows, labels.size(0));
    }

    /**
     * What a step is to lower, for each example.
     *
     * @param means means of the potentials, as the vertex before has them
     * @param before means before the step
     * @param labels as in {@link #observe}
     * @param mask label mask, or null
     * @return nats per example, [minibatch, 1]
     */
    public INDArray stepLoss(INDArray means, INDArray before, INDArray labels, @Nullable INDArray mask) {
        ForwardMessage message = new ForwardMessage(Moments.pointMass(means), BatchCovariance.none());
        INDArray ofRows =
                likelihood.stepLoss(batch(message, labels, mask, null, null), rows.rows(before), parameters.get());
        return summed(ofRows, labels.size(0));
    }

    /** Rows of positions added up, [minibatch, 1]. */
    private INDArray summed(INDArray ofRows, long examples) {
        INDArray ofPositions = rows.matrix(ofRows, examples);
        return ofPositions.size(1) == 1 ? ofPositions : ofPositions.sum(true, 1);
    }

    /**
     * The prediction for given potentials.
     *
     * @param potentials moments of the output potentials
     * @return the prediction
     */
    public Prediction prediction(Moments potentials) {
        Prediction ofRows = likelihood.predict(rows.rows(potentials, place.get()), parameters.get());
        if (rows.spatialRank() == 0) {
            return ofRows;
        }
        ExampleShape shape = potentials.shape();
        return ofRows.map(array -> rows.array(array, shape));
    }

    /**
     * What a point network's output activation gets, from its potentials.
     *
     * @param matrix potentials, [minibatch, outputs x positions]
     * @return [rows, outputs]
     */
    public INDArray pointPreActivation(INDArray matrix) {
        return likelihood.pointScale(parameters.get()).preActivation(rows.rows(matrix));
    }

    /**
     * Where the outputs stand.
     *
     * @return the rows
     */
    public OutputRows rows() {
        return rows;
    }

    /**
     * What labels look like.
     *
     * @return rows with as many outputs as labels have columns
     */
    public OutputRows labelRows() {
        return labelRows;
    }

    /**
     * Checks labels against likelihood and shape, before anything is computed.
     *
     * @param labels as in {@link #observe}
     * @param mask label mask as DL4J has it, or null
     * @throws DL4JInvalidInputException if labels or mask are not what the layer takes
     */
    public void validate(INDArray labels, @Nullable INDArray mask) {
        labelRows.validate(labels, mask, place.get());
        INDArray importance = labelRows.importance(labels, mask, likelihood, outputWeights);
        INDArray values = labelRows.placed(labels, likelihood);
        try {
            INDArray weights = importance == null
                    ? HostMemory.filled(DataType.FLOAT, values.rows(), values.columns(), 1)
                    : importance;
            likelihood.validate(values, weights, Math.toIntExact(rows.outputs()));
        } catch (InvalidLabelException e) {
            throw new DL4JInvalidInputException("Invalid labels at " + place.get() + ": " + e.getMessage(), e);
        }
    }
}
