package io.github.dl4jep.layer;

import io.github.dl4jep.distribution.BackwardMessage;
import io.github.dl4jep.distribution.BatchCovariance;
import io.github.dl4jep.distribution.ForwardMessage;
import io.github.dl4jep.distribution.Moments;
import io.github.dl4jep.distribution.Parameters;
import io.github.dl4jep.likelihood.InvalidLabelException;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.Likelihoods;
import io.github.dl4jep.likelihood.OutputBatch;
import io.github.dl4jep.likelihood.Prediction;
import java.util.Arrays;
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
final class LikelihoodSweep {

    private final Likelihood likelihood;
    private final @Nullable INDArray outputWeights;
    private final long outputs;
    private final Supplier<Map<String, INDArray>> parameters;

    private @Nullable ForwardMessage forward;
    private @Nullable INDArray shift;
    private Map<String, INDArray> learned = Map.of();

    LikelihoodSweep(
            Likelihood likelihood, ILossFunction loss, long outputs, Supplier<Map<String, INDArray>> parameters) {
        this.likelihood = likelihood;
        this.outputWeights = Likelihoods.outputWeights(loss);
        this.outputs = outputs;
        this.parameters = parameters;
    }

    void potentials(ForwardMessage message) {
        forward = message;
    }

    Moments potentials() {
        return lastForward().moments();
    }

    BackwardMessage observe(INDArray labels, @Nullable INDArray mask, LearningPhase phase) {
        OutputBatch batch = new OutputBatch(lastForward(), labels, importance(labels, mask), shift);
        Likelihood.Update update = likelihood.update(batch, parameters.get(), phase);
        shift = update.message().shift();
        // A further sweep may learn less than the first: what it leaves out stays.
        Map<String, INDArray> both = new LinkedHashMap<>(learned);
        both.putAll(update.learned());
        learned = both;
        return update.message();
    }

    INDArray negativeLogLikelihood(Moments potentials, INDArray labels, @Nullable INDArray mask) {
        ForwardMessage message = new ForwardMessage(potentials, BatchCovariance.none());
        return likelihood.negativeLogLikelihood(
                new OutputBatch(message, labels, importance(labels, mask), null), parameters.get());
    }

    Prediction prediction(Moments potentials) {
        return likelihood.predict(potentials, parameters.get());
    }

    /** What a point network's output activation gets, from its potentials. */
    INDArray pointPreActivation(INDArray potentials) {
        Likelihood.PointScale scale = likelihood.pointScale(parameters.get());
        DataType type = potentials.dataType();
        INDArray factor = scale.factor().castTo(type);
        INDArray offset = scale.offset().castTo(type);
        return factor.length() == 1
                ? potentials.mul(factor.getDouble(0)).addi(offset.getDouble(0))
                : potentials.mulRowVector(factor).addiRowVector(offset);
    }

    boolean isFinite() {
        for (INDArray value : learned.values()) {
            if (!Double.isFinite(value.sumNumber().doubleValue())) {
                return false;
            }
        }
        return shift == null || Double.isFinite(shift.sumNumber().doubleValue());
    }

    void commit() {
        Map<String, INDArray> table = parameters.get();
        learned.forEach((name, value) -> {
            INDArray view = Parameters.get(table, name);
            view.assign(value.castTo(view.dataType()).reshape(view.shape()));
        });
        discard();
    }

    void discard() {
        forward = null;
        shift = null;
        learned = Map.of();
    }

    void validate(INDArray labels, @Nullable INDArray mask, String where) {
        if (labels.rank() != 2 || labels.size(1) != outputs) {
            throw new DL4JInvalidInputException(
                    "Labels have shape " + Arrays.toString(labels.shape()) + ", allowed is ["
                            + "minibatch, " + outputs + "] at " + where
                            + "; check the number of classes of the iterator or nOut of the layer");
        }
        if (mask != null && !isMaskOf(mask, labels)) {
            throw new DL4JInvalidInputException(
                    "Label mask has shape " + Arrays.toString(mask.shape()) + ", allowed are [" + labels.size(0)
                            + ", 1] and " + Arrays.toString(labels.shape()) + " at " + where);
        }
        INDArray importance = importance(labels, mask);
        try {
            likelihood.validate(labels, importance == null ? Nd4j.ones(labels.shape()) : importance);
        } catch (InvalidLabelException e) {
            throw new DL4JInvalidInputException("Invalid labels at " + where + ": " + e.getMessage(), e);
        }
    }

    private static boolean isMaskOf(INDArray mask, INDArray labels) {
        return mask.size(0) == labels.size(0)
                && (mask.length() == labels.size(0) || Arrays.equals(mask.shape(), labels.shape()));
    }

    /** Label mask times the loss's per-output weights, [minibatch, outputs], or null for 1 everywhere. */
    private @Nullable INDArray importance(INDArray labels, @Nullable INDArray mask) {
        if (mask == null && outputWeights == null) {
            return null;
        }
        INDArray importance = Nd4j.ones(DataType.DOUBLE, labels.shape());
        if (mask != null) {
            INDArray m = mask.castTo(DataType.DOUBLE);
            if (m.length() == labels.length()) {
                importance.muli(m.reshape(labels.shape()));
            } else {
                importance.muliColumnVector(m.reshape(labels.size(0), 1));
            }
        }
        return outputWeights == null
                ? importance
                : importance.muliRowVector(outputWeights.castTo(DataType.DOUBLE).reshape(1, outputs));
    }

    private ForwardMessage lastForward() {
        if (forward == null) {
            throw new IllegalStateException("no forward sweep before");
        }
        return forward;
    }
}
