package io.github.dl4jep.vertex;

import io.github.dl4jep.likelihood.InvalidLabelException;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.Likelihoods;
import io.github.dl4jep.likelihood.OutputBatch;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.weight.Parameters;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** The likelihood of one layer in a sweep, and what it learned from this batch until that is committed. */
public final class LikelihoodVertex {

    private final Likelihood likelihood;
    private final @Nullable INDArray outputWeights;
    private final OutputRows rows;
    private final Supplier<String> place;
    private final Supplier<Map<String, INDArray>> parameters;

    private @Nullable ForwardMessage forward;
    private @Nullable INDArray shift;
    private Map<String, INDArray> learned = Map.of();

    /**
     * A likelihood.
     *
     * @param likelihood the likelihood
     * @param loss DL4J's loss, for the weights of outputs
     * @param rows what labels look like
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
        this.place = place;
        this.parameters = parameters;
    }

    public void potentials(ForwardMessage message) {
        forward = message;
    }

    public Moments potentials() {
        return lastForward().moments();
    }

    public BackwardMessage observe(INDArray labels, @Nullable INDArray mask, LearningPhase phase) {
        ForwardMessage message = lastForward();
        Likelihood.Update update = likelihood.update(batch(message, labels, mask, shift), parameters.get(), phase);
        shift = update.message().shift();
        // A further sweep may learn less than the first: what it leaves out stays.
        Map<String, INDArray> both = new LinkedHashMap<>(learned);
        both.putAll(update.learned());
        learned = both;
        long examples = message.moments().mean().size(0);
        return new BackwardMessage(
                rows.matrix(shift, examples), rows.matrix(update.message().curvature(), examples));
    }

    private OutputBatch batch(
            ForwardMessage message, INDArray labels, @Nullable INDArray mask, @Nullable INDArray earlierShift) {
        rows.requireSamePositions(labels, message.moments(), place.get());
        return new OutputBatch(
                new ForwardMessage(rows.rows(message.moments()), message.covariance()),
                rows.labelRows(labels),
                importance(labels, mask),
                earlierShift);
    }

    public INDArray negativeLogLikelihood(Moments potentials, INDArray labels, @Nullable INDArray mask) {
        ForwardMessage message = new ForwardMessage(potentials, BatchCovariance.none());
        INDArray ofRows = likelihood.negativeLogLikelihood(batch(message, labels, mask, null), parameters.get());
        INDArray ofPositions = rows.matrix(ofRows, labels.size(0));
        return ofPositions.size(1) == 1 ? ofPositions : ofPositions.sum(true, 1);
    }

    public Prediction prediction(Moments potentials) {
        Prediction ofRows = likelihood.predict(rows.rows(potentials), parameters.get());
        if (rows.spatialRank() == 0) {
            return ofRows;
        }
        ExampleShape shape = potentials.shape();
        INDArray probabilities = ofRows.classProbabilities();
        return new Prediction(
                rows.array(ofRows.mean(), shape),
                rows.array(ofRows.epistemicVariance(), shape),
                rows.array(ofRows.aleatoricVariance(), shape),
                probabilities == null ? null : rows.array(probabilities, shape),
                rows.array(ofRows.entropy(), shape));
    }

    /** What a point network's output activation gets, from its potentials: [rows, outputs]. */
    public INDArray pointPreActivation(INDArray matrix) {
        INDArray potentials = rows.rows(matrix);
        Likelihood.PointScale scale = likelihood.pointScale(parameters.get());
        DataType type = potentials.dataType();
        INDArray factor = scale.factor().castTo(type);
        INDArray offset = scale.offset().castTo(type);
        return factor.length() == 1
                ? potentials.mul(factor.getDouble(0)).addi(offset.getDouble(0))
                : potentials.mulRowVector(factor).addiRowVector(offset);
    }

    public OutputRows rows() {
        return rows;
    }

    public boolean isFinite() {
        for (INDArray value : learned.values()) {
            if (!Double.isFinite(value.sumNumber().doubleValue())) {
                return false;
            }
        }
        return shift == null || Double.isFinite(shift.sumNumber().doubleValue());
    }

    public void commit() {
        Map<String, INDArray> table = parameters.get();
        learned.forEach((name, value) -> {
            INDArray view = Parameters.get(table, name);
            view.assign(value.castTo(view.dataType()).reshape(view.shape()));
        });
        discard();
    }

    public void discard() {
        forward = null;
        shift = null;
        learned = Map.of();
    }

    public void validate(INDArray labels, @Nullable INDArray mask) {
        rows.validate(labels, mask, place.get());
        INDArray importance = importance(labels, mask);
        INDArray labelRows = rows.labelRows(labels);
        try {
            likelihood.validate(labelRows, importance == null ? Nd4j.ones(labelRows.shape()) : importance);
        } catch (InvalidLabelException e) {
            throw new DL4JInvalidInputException("Invalid labels at " + place.get() + ": " + e.getMessage(), e);
        }
    }

    /** Label mask times the loss's per-output weights, [rows, outputs], or null for 1 everywhere. */
    private @Nullable INDArray importance(INDArray labels, @Nullable INDArray mask) {
        if (mask == null && outputWeights == null) {
            return null;
        }
        INDArray importance = mask == null
                ? Nd4j.ones(DataType.DOUBLE, labels.length() / rows.outputs(), rows.outputs())
                : rows.maskRows(mask, labels);
        return outputWeights == null
                ? importance
                : importance.mulRowVector(outputWeights.castTo(DataType.DOUBLE).reshape(1, rows.outputs()));
    }

    private ForwardMessage lastForward() {
        if (forward == null) {
            throw new IllegalStateException("no forward sweep before");
        }
        return forward;
    }
}
