package io.github.dl4jep.vertex;

import io.github.dl4jep.conf.EpBatchNormalization;
import io.github.dl4jep.linear.PositionSample;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.normalization.NormalizationFactor;
import io.github.dl4jep.normalization.NormalizationFactor.Statistics;
import io.github.dl4jep.params.NormalizationParamInitializer;
import io.github.dl4jep.weight.Parameters;
import io.github.dl4jep.weight.SiteStep;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightPosterior;
import io.github.dl4jep.weight.WeightSite;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Batch normalization in a sweep: {@link NormalizationFactor}'s messages, and this batch's sites until they are committed. */
public final class NormalizationVertex {

    private final BatchNormalization settings;
    private final NormalizationParamInitializer layout;
    private final Supplier<String> place;
    private final Supplier<Map<String, INDArray>> parameters;

    private @Nullable Statistics statistics;
    private @Nullable Moments normalised;
    private @Nullable WeightMoments scale;
    private @Nullable WeightSite scaleSite;
    private @Nullable WeightSite shiftSite;
    private boolean observed;

    public NormalizationVertex(
            EpBatchNormalization conf, Supplier<String> place, Supplier<Map<String, INDArray>> parameters) {
        this.settings = conf.getOriginal();
        this.layout = conf.initializer();
        this.place = place;
        this.parameters = parameters;
    }

    public ForwardMessage forward(ForwardMessage message) {
        Moments input = message.moments();
        ExampleShape shape = requireChannels(input.shape());
        observed = input.isPointMass();
        scale = moments(layout.scale(parameters.get()), scaleSite, settings.getGamma());
        WeightMoments shift = moments(layout.shift(parameters.get()), shiftSite, settings.getBeta());
        NormalizationFactor.Forward forward = NormalizationFactor.forward(input, settings.getEps(), scale, shift);
        statistics = forward.statistics();
        normalised = forward.normalised();
        return new ForwardMessage(
                forward.output().shapedAs(shape),
                covariance(message, forward.normalised().mean(), scale, shift, inverseDeviation(forward.statistics())));
    }

    private INDArray inverseDeviation(Statistics of) {
        return of.inverseDeviation(settings.getEps());
    }

    private BatchCovariance covariance(
            ForwardMessage message, INDArray x, WeightMoments scale, WeightMoments shift, INDArray inverseDeviation) {
        ExampleShape shape = message.moments().shape();
        int positions = Math.toIntExact(shape.positions());
        PositionSample sample = PositionSample.of(positions, x.size(0), positions);
        INDArray gain = message.covariance().gain();
        return NormalizationFactor.covariance(
                sample.columns(x),
                gain == null
                        ? message.covariance()
                        : new BatchCovariance(message.covariance().covariance(), sample.columns(gain)),
                sample.repeated(scale.mean().mul(inverseDeviation)),
                sample.repeated(scale.variance()),
                shift);
    }

    @Nullable
    public BackwardMessage backward(BackwardMessage message) {
        if (statistics == null || normalised == null || scale == null) {
            throw new IllegalStateException("backward without forward");
        }
        NormalizationFactor.Back back =
                NormalizationFactor.back(message, normalised, scale, inverseDeviation(statistics));
        if (!settings.isLockGammaBeta()) {
            scaleSite = back.toScale();
            shiftSite = back.toShift();
        }
        return observed ? null : back.toInput();
    }

    public boolean hasFiniteSites() {
        return (scaleSite == null || scaleSite.isFinite()) && (shiftSite == null || shiftSite.isFinite());
    }

    public void commit(SiteStep step) {
        update(layout.scale(parameters.get()), scaleSite, step);
        update(layout.shift(parameters.get()), shiftSite, step);
        if (statistics != null) {
            average(NormalizationParamInitializer.MEAN, statistics.mean());
            average(NormalizationParamInitializer.VARIANCE, statistics.variance());
        }
        discard();
    }

    private static void update(@Nullable WeightPosterior posterior, @Nullable WeightSite site, SiteStep step) {
        if (posterior != null && site != null) {
            posterior.update(site, step);
        }
    }

    /** DL4J's running average; without minibatches the statistics of all data. */
    private void average(String name, INDArray ofBatch) {
        INDArray running = Parameters.get(parameters.get(), name);
        double decay = settings.isMinibatch() ? settings.getDecay() : 0;
        running.muli(decay).addi(ofBatch.mul(1 - decay));
    }

    public void discard() {
        statistics = null;
        normalised = null;
        scale = null;
        scaleSite = null;
        shiftSite = null;
    }

    public Moments predict(Moments moments) {
        ExampleShape shape = requireChannels(moments.shape());
        WeightPosterior scalePosterior = layout.scale(parameters.get());
        WeightPosterior shiftPosterior = layout.shift(parameters.get());
        return NormalizationFactor.predict(
                        moments,
                        runningAverages(),
                        settings.getEps(),
                        scalePosterior == null ? known(settings.getGamma()) : scalePosterior.predictiveMoments(),
                        shiftPosterior == null ? known(settings.getBeta()) : shiftPosterior.predictiveMoments())
                .shapedAs(shape);
    }

    /** The layer for one draw of scale and shift. */
    public Moments sample(Moments values) {
        WeightPosterior scalePosterior = layout.scale(parameters.get());
        WeightPosterior shiftPosterior = layout.shift(parameters.get());
        return plain(
                values,
                scalePosterior == null ? known(settings.getGamma()).mean() : scalePosterior.sample(),
                shiftPosterior == null ? known(settings.getBeta()).mean() : shiftPosterior.sample());
    }

    /** The layer of the point network. */
    public Moments point(Moments values) {
        WeightPosterior scalePosterior = layout.scale(parameters.get());
        WeightPosterior shiftPosterior = layout.shift(parameters.get());
        return plain(
                values,
                scalePosterior == null ? known(settings.getGamma()).mean() : scalePosterior.mode(),
                shiftPosterior == null ? known(settings.getBeta()).mean() : shiftPosterior.mode());
    }

    private Moments plain(Moments values, INDArray gamma, INDArray beta) {
        ExampleShape shape = requireChannels(values.shape());
        return NormalizationFactor.plain(values, runningAverages(), settings.getEps(), gamma, beta)
                .shapedAs(shape);
    }

    private Statistics runningAverages() {
        return new Statistics(
                Parameters.get(parameters.get(), NormalizationParamInitializer.MEAN),
                Parameters.get(parameters.get(), NormalizationParamInitializer.VARIANCE));
    }

    private WeightMoments moments(@Nullable WeightPosterior posterior, @Nullable WeightSite pending, double locked) {
        return posterior == null ? known(locked) : posterior.moments(pending);
    }

    /** A locked scale or shift. */
    private WeightMoments known(double value) {
        DataType type = Parameters.get(parameters.get(), NormalizationParamInitializer.MEAN)
                .dataType();
        long channels = settings.getNOut();
        return WeightMoments.of(
                Nd4j.valueArrayOf(new long[] {1, channels}, value, type), Nd4j.zeros(type, 1, channels));
    }

    private ExampleShape requireChannels(ExampleShape shape) {
        if (shape.channels() != settings.getNOut()) {
            throw new DL4JInvalidInputException("An example has shape " + shape + ", allowed are "
                    + settings.getNOut() + " channel(s) first at " + place.get()
                    + "; check the layer before or nIn of the layer");
        }
        return shape;
    }
}
