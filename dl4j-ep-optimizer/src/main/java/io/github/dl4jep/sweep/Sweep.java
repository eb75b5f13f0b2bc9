package io.github.dl4jep.sweep;

import io.github.dl4jep.conf.TrainingSchedule;
import io.github.dl4jep.distribution.BackwardMessage;
import io.github.dl4jep.distribution.ForwardMessage;
import io.github.dl4jep.distribution.Moments;
import io.github.dl4jep.distribution.SiteStep;
import io.github.dl4jep.layer.EpLayer;
import io.github.dl4jep.layer.EpOutput;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.likelihood.Prediction;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A chain of EP layers, the last one with labels, and what can be done with a batch on it. */
public final class Sweep {

    private final List<EpLayer> layers;
    private final EpOutput output;

    /**
     * A chain.
     *
     * @param layers layers in the order of the data, preprocessors included
     * @param output the last of them
     */
    public Sweep(List<EpLayer> layers, EpOutput output) {
        this.layers = List.copyOf(layers);
        this.output = output;
    }

    /**
     * Learns from one batch: all of it or, on any error, nothing of it.
     *
     * @param features [minibatch, ...], finite, in the network's data type
     * @param labels [minibatch, outputs], finite
     * @param mask label mask, or null
     * @param schedule how batches are counted
     * @param phase where training stands
     * @return mean negative log predictive likelihood of the batch before it was learned from, in nats
     * @throws RejectedBatchException if the batch would put a NaN or an infinity into the posterior
     */
    public double learn(
            INDArray features,
            INDArray labels,
            @Nullable INDArray mask,
            TrainingSchedule schedule,
            LearningPhase phase) {
        output.validateLabels(labels, mask);
        try (MemoryWorkspace workspace = SweepWorkspace.open()) {
            double score = sweepAll(features, labels, mask, schedule.getSweepsPerBatch(), phase);
            rejectUnlessFinite(score, phase);
            SiteStep step = schedule.at(phase.step(), phase.batchesPerPass());
            layers.forEach(layer -> layer.commit(step));
            return score;
        } catch (ArithmeticException e) {
            throw new RejectedBatchException(
                    "Batch " + (phase.step() - 1) + " gives equations without a solution (" + e.getMessage()
                            + "); it was not learned from and the posterior is unchanged. Standardise the features, or look"
                            + " for extreme values in this batch",
                    e);
        } finally {
            layers.forEach(EpLayer::discard);
        }
    }

    private double sweepAll(
            INDArray features, INDArray labels, @Nullable INDArray mask, int sweeps, LearningPhase phase) {
        double score = Double.NaN;
        for (int sweep = 0; sweep < sweeps; sweep++) {
            ForwardMessage forward = ForwardMessage.observed(features);
            for (EpLayer layer : layers) {
                forward = layer.forward(forward);
            }
            if (sweep == 0) {
                score = meanScore(output.potentials(), labels, mask);
            }
            backward(output.observe(labels, mask, phase));
        }
        return score;
    }

    private void backward(BackwardMessage fromLabels) {
        BackwardMessage message = fromLabels;
        for (int i = layers.size() - 1; i >= 0 && message != null; i--) {
            message = layers.get(i).backward(message);
        }
    }

    private void rejectUnlessFinite(double score, LearningPhase phase) {
        for (EpLayer layer : layers) {
            if (!layer.hasFiniteSites()) {
                throw rejected("messages at " + layer.describe(), score, phase);
            }
        }
        if (!Double.isFinite(score)) {
            throw rejected("predictions at " + output.describe(), score, phase);
        }
    }

    private static RejectedBatchException rejected(String what, double score, LearningPhase phase) {
        return new RejectedBatchException("Batch " + (phase.step() - 1) + " gives NaN or infinite " + what + " (score "
                + score
                + "); it was not learned from and the posterior is unchanged. Standardise the features, or look for"
                + " extreme values in this batch");
    }

    private double meanScore(Moments potentials, INDArray labels, @Nullable INDArray mask) {
        INDArray scores = output.negativeLogLikelihood(potentials, labels, mask);
        double examples = mask == null
                ? labels.size(0)
                : mask.reshape(labels.size(0), -1)
                        .max(1)
                        .gt(0)
                        .castTo(scores.dataType())
                        .sumNumber()
                        .doubleValue();
        return examples > 0 ? scores.sumNumber().doubleValue() / examples : 0;
    }

    /**
     * Negative log predictive likelihood of each example, learned from or not.
     *
     * @param features [minibatch, ...]
     * @param labels [minibatch, outputs]
     * @param mask label mask, or null
     * @return nats per example, [minibatch, 1], detached
     */
    public INDArray scores(INDArray features, INDArray labels, @Nullable INDArray mask) {
        output.validateLabels(labels, mask);
        return detached(() -> output.negativeLogLikelihood(moments(features, layers.size()), labels, mask));
    }

    /**
     * Mean negative log predictive likelihood of a batch.
     *
     * @param features [minibatch, ...]
     * @param labels [minibatch, outputs]
     * @param mask label mask, or null
     * @return nats
     */
    public double score(INDArray features, INDArray labels, @Nullable INDArray mask) {
        output.validateLabels(labels, mask);
        try (MemoryWorkspace workspace = SweepWorkspace.open()) {
            return meanScore(moments(features, layers.size()), labels, mask);
        }
    }

    /**
     * The prediction for a batch.
     *
     * @param features [minibatch, ...]
     * @return the prediction, detached
     */
    public Prediction predict(INDArray features) {
        try (MemoryWorkspace workspace = SweepWorkspace.open()) {
            return detached(output.prediction(moments(features, layers.size())));
        }
    }

    private static Prediction detached(Prediction prediction) {
        INDArray probabilities = prediction.classProbabilities();
        return new Prediction(
                prediction.mean().detach(),
                prediction.epistemicVariance().detach(),
                prediction.aleatoricVariance().detach(),
                probabilities == null ? null : probabilities.detach(),
                prediction.entropy().detach());
    }

    /**
     * Mean activation behind some of the layers.
     *
     * @param features [minibatch, ...]
     * @param layerCount number of stages of the chain to go through
     * @return means, detached
     */
    public INDArray meanActivation(INDArray features, int layerCount) {
        return detached(() -> moments(features, layerCount).mean());
    }

    /**
     * Output potentials under draws of the weights from the posterior.
     *
     * @param features [minibatch, ...]
     * @param draws number of draws, at least 1
     * @return [draws, minibatch, outputs], detached
     */
    public INDArray sample(INDArray features, int draws) {
        INDArray[] potentials = new INDArray[draws];
        for (int draw = 0; draw < draws; draw++) {
            potentials[draw] = draw(features);
        }
        return Nd4j.stack(0, potentials);
    }

    /**
     * The prediction from mean and variance of the output potentials over draws of the weights.
     *
     * @param features [minibatch, ...]
     * @param draws number of draws, at least 2
     * @return the prediction, detached
     */
    public Prediction predictFromSamples(INDArray features, int draws) {
        INDArray mean = draw(features);
        INDArray squares = mean.ulike();
        squares.assign(0);
        for (int draw = 1; draw < draws; draw++) {
            // Welford's update: no cancellation where the mean is large.
            INDArray deviation = draw(features).subi(mean);
            squares.addi(deviation.mul(deviation).muli((double) draw / (draw + 1)));
            mean.addi(deviation.divi(draw + 1));
        }
        INDArray variance = squares.divi(draws - 1);
        return detached(output.prediction(new Moments(mean, variance)));
    }

    /** Output potentials under one draw of the weights, [minibatch, outputs], c-ordered and detached. */
    private INDArray draw(INDArray features) {
        return detached(() -> {
            INDArray values = features;
            for (EpLayer layer : layers) {
                values = layer.sample(values);
            }
            return values.dup('c');
        });
    }

    private Moments moments(INDArray features, int layerCount) {
        Moments moments = Moments.observed(features);
        for (EpLayer layer : layers.subList(0, layerCount)) {
            moments = layer.predict(moments);
        }
        return moments;
    }

    private static INDArray detached(Supplier<INDArray> computation) {
        try (MemoryWorkspace workspace = SweepWorkspace.open()) {
            return computation.get().detach();
        }
    }
}
