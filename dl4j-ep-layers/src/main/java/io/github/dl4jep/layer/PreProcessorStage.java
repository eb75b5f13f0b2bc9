package io.github.dl4jep.layer;

import io.github.dl4jep.distribution.BackwardMessage;
import io.github.dl4jep.distribution.BatchCovariance;
import io.github.dl4jep.distribution.ForwardMessage;
import io.github.dl4jep.distribution.Moments;
import io.github.dl4jep.distribution.SiteStep;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A DL4J input preprocessor between two layers: reshapes means, variances and gains alike, and the messages back. */
public final class PreProcessorStage implements EpLayer {

    private final InputPreProcessor preProcessor;
    private boolean observed;

    /**
     * A stage for a preprocessor.
     *
     * @param preProcessor one that only rearranges elements
     */
    public PreProcessorStage(InputPreProcessor preProcessor) {
        this.preProcessor = preProcessor;
    }

    @Override
    public ForwardMessage forward(ForwardMessage message) {
        observed = message.moments().isObserved();
        INDArray gain = message.covariance().gain();
        BatchCovariance covariance = gain == null
                ? message.covariance()
                : new BatchCovariance(message.covariance().covariance(), process(gain));
        return new ForwardMessage(predict(message.moments()), covariance);
    }

    @Override
    public @Nullable BackwardMessage backward(BackwardMessage message) {
        if (observed) {
            return null;
        }
        return new BackwardMessage(back(message.shift()), back(message.precision()));
    }

    @Override
    public boolean hasFiniteSites() {
        return true;
    }

    @Override
    public void commit(SiteStep step) {
        // No weights, no sites.
    }

    @Override
    public void discard() {
        // No weights, no sites.
    }

    @Override
    public Moments predict(Moments moments) {
        INDArray variance = moments.variance();
        return new Moments(process(moments.mean()), variance == null ? null : process(variance));
    }

    @Override
    public INDArray sample(INDArray values) {
        return process(values);
    }

    @Override
    public String describe() {
        return "preprocessor " + preProcessor.getClass().getSimpleName();
    }

    private INDArray process(INDArray array) {
        return preProcessor.preProcess(array, (int) array.size(0), LayerWorkspaceMgr.noWorkspacesImmutable());
    }

    private INDArray back(INDArray array) {
        return preProcessor.backprop(array, (int) array.size(0), LayerWorkspaceMgr.noWorkspacesImmutable());
    }
}
