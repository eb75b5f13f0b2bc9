package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.vertex.EpLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer with labels. Its activation, in the sense of {@link EpLayer}, is the output potentials. Where labels stand at every position of
 * an example, labels, masks and predictions have DL4J's own shape, [minibatch, outputs, ...] or channels last.
 */
public interface EpOutput extends EpLayer {

    /**
     * The configuration, which holds likelihood, schedule and pass counter.
     *
     * @return the configuration
     */
    EpOutputConf outputConf();

    /**
     * Number of outputs.
     *
     * @return columns that labels must have
     */
    long outputs();

    /**
     * Checks labels against likelihood and shape, before anything is computed.
     *
     * @param labels [minibatch, outputs]
     * @param mask label mask as DL4J has it, [minibatch, 1] or [minibatch, outputs], or null
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if labels or mask are not what the layer takes
     */
    void validateLabels(INDArray labels, @Nullable INDArray mask);

    /**
     * The likelihood's joint message to the potentials of the last {@link #forward}.
     *
     * @param labels [minibatch, outputs]
     * @param mask label mask, or null
     * @param phase where training stands
     * @return message at the potentials
     */
    BackwardMessage observe(INDArray labels, @Nullable INDArray mask, LearningPhase phase);

    /**
     * Negative log predictive likelihood of each example, from given potentials.
     *
     * @param potentials moments of the output potentials
     * @param labels [minibatch, outputs]
     * @param mask label mask, or null
     * @return nats per example, [minibatch, 1]
     */
    INDArray negativeLogLikelihood(Moments potentials, INDArray labels, @Nullable INDArray mask);

    /**
     * Moments of the potentials of the last {@link #forward}.
     *
     * @return [minibatch, outputs]
     */
    Moments potentials();

    /**
     * The prediction for given potentials.
     *
     * @param potentials moments of the output potentials
     * @return the prediction
     */
    Prediction prediction(Moments potentials);
}
