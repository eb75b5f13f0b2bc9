package io.github.dl4jep.vertex;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.conf.EpBatchNormalization;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.linear.PatchPairs;
import io.github.dl4jep.linear.PositionSample;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.normalization.NormalizationFactor;
import io.github.dl4jep.normalization.NormalizationFactor.Statistics;
import io.github.dl4jep.params.NormalizationParamInitializer;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightPosterior;
import io.github.dl4jep.weight.WeightSite;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Batch normalization: {@link NormalizationFactor}'s messages. */
public final class NormalizationVertex implements Vertex {

    /** Fewer values of a channel have no mean and variance of their own; the running averages stand for them. */
    private static final int FEWEST_VALUES = 5;

    private final BatchNormalization settings;
    private final NormalizationParamInitializer layout;
    private final Supplier<String> place;
    private final Supplier<Map<String, INDArray>> parameters;

    /**
     * Batch normalization.
     *
     * @param conf the layer
     * @param place the layer's name and index, for messages
     * @param parameters the layer's current parameters
     */
    public NormalizationVertex(
            EpBatchNormalization conf, Supplier<String> place, Supplier<Map<String, INDArray>> parameters) {
        this.settings = conf.getOriginal();
        this.layout = conf.initializer();
        this.place = place;
        this.parameters = parameters;
    }

    @Override
    public Pass forward(List<ForwardMessage> inputs, Sites pending) {
        ForwardMessage message = inputs.get(0);
        BatchPart.requireWhole(
                message.covariance().inducing().part(),
                "Batch normalization takes mean and variance of all examples of a batch at " + describe(),
                "train on one machine, or leave the layer out");
        Moments input = message.moments();
        ExampleShape shape = requireChannels(input.shape());
        WeightMoments scale = moments(scale(), pending.site(scaleKey()), settings.getGamma());
        WeightMoments shift = moments(shift(), pending.site(shiftKey()), settings.getBeta());
        boolean few = input.mean().size(0) * shape.positions() < FEWEST_VALUES;
        NormalizationFactor.Forward forward = few
                ? NormalizationFactor.forward(input, runningAverages(), settings.getEps(), scale, shift)
                : NormalizationFactor.forward(input, settings.getEps(), scale, shift);
        INDArray inverseDeviation = forward.statistics().inverseDeviation(settings.getEps());
        ForwardMessage output = new ForwardMessage(
                forward.output().shapedAs(shape),
                covariance(message, forward.normalised().mean(), scale, shift, inverseDeviation, few));
        return new Pass(output, back -> {
            NormalizationFactor.Back answer = few
                    ? NormalizationFactor.backOfKnown(back, forward.normalised(), scale, inverseDeviation)
                    : NormalizationFactor.back(back, forward.normalised(), scale, inverseDeviation);
            return Answer.of(input.isPointMass() ? null : answer.toInput(), sites(few, forward.statistics(), answer));
        });
    }

    private Sites sites(boolean few, Statistics statistics, NormalizationFactor.Back answer) {
        Sites sites = few
                ? Sites.NONE
                : Sites.of(key(NormalizationParamInitializer.MEAN), Statistic.of(statistics.mean()))
                        .plus(Sites.of(
                                key(NormalizationParamInitializer.VARIANCE), Statistic.of(statistics.variance())));
        return settings.isLockGammaBeta()
                ? sites
                : Sites.of(scaleKey(), answer.toScale())
                        .plus(Sites.of(shiftKey(), answer.toShift()))
                        .plus(sites);
    }

    private @Nullable WeightPosterior scale() {
        return layout.scale(parameters.get());
    }

    private @Nullable WeightPosterior shift() {
        return layout.shift(parameters.get());
    }

    private ParameterKey scaleKey() {
        return key(NormalizationParamInitializer.SCALE_PREFIX);
    }

    private ParameterKey shiftKey() {
        return key(NormalizationParamInitializer.SHIFT_PREFIX);
    }

    private ParameterKey key(String name) {
        return new ParameterKey(place.get(), name);
    }

    private BatchCovariance covariance(
            ForwardMessage message,
            INDArray x,
            WeightMoments scale,
            WeightMoments shift,
            INDArray inverseDeviation,
            boolean known) {
        ExampleShape shape = message.moments().shape();
        int positions = Math.toIntExact(shape.positions());
        int others = message.covariance().inducing().count(x.size(0));
        PositionSample sample = PositionSample.of(positions, others, positions);
        double share = 1.0 / shape.channels();
        return NormalizationFactor.covariance(
                        sample.columns(x),
                        message.covariance().ofUnits(sample::columns),
                        sample.repeated(scale.mean().mul(inverseDeviation)),
                        sample.repeated(scale.variance()),
                        shift,
                        known)
                .withPairs(PatchPairs.ofChannels(x, positions, message.covariance(), () -> {
                    INDArray factor = scale.mean().mul(inverseDeviation);
                    return new PatchPairs.Weights(
                            scale.variance().mul(share), factor.mul(factor).muli(share), Rows.mean(shift.variance()));
                }));
    }

    @Override
    public Map<ParameterKey, Learner> learners() {
        Map<ParameterKey, Learner> learners = new LinkedHashMap<>();
        if (!settings.isLockGammaBeta()) {
            learners.put(scaleKey(), Learner.of(scaleKey(), () -> Objects.requireNonNull(scale())));
            learners.put(shiftKey(), Learner.of(shiftKey(), () -> Objects.requireNonNull(shift())));
        }
        for (String name : List.of(NormalizationParamInitializer.MEAN, NormalizationParamInitializer.VARIANCE)) {
            learners.put(key(name), (sites, step, phase) -> average(name, sites.statistic(key(name))));
        }
        return learners;
    }

    /** DL4J's running average; without minibatches the statistics of all data. */
    private Runnable average(String name, @Nullable Statistic ofBatch) {
        if (ofBatch == null) {
            return Learner.NO_CHANGE;
        }
        INDArray running = Parameters.get(parameters.get(), name);
        double decay = settings.isMinibatch() ? settings.getDecay() : 0;
        return () -> running.muli(decay).addi(ofBatch.mean(running.dataType()).muli(1 - decay));
    }

    @Override
    public Moments predict(List<Moments> inputs) {
        Moments moments = inputs.get(0);
        ExampleShape shape = requireChannels(moments.shape());
        WeightPosterior scalePosterior = scale();
        WeightPosterior shiftPosterior = shift();
        return NormalizationFactor.predict(
                        moments,
                        runningAverages(),
                        settings.getEps(),
                        scalePosterior == null ? known(settings.getGamma()) : scalePosterior.predictiveMoments(),
                        shiftPosterior == null ? known(settings.getBeta()) : shiftPosterior.predictiveMoments())
                .shapedAs(shape);
    }

    @Override
    public String describe() {
        return place.get();
    }

    @Override
    public Moments sample(List<Moments> values) {
        WeightPosterior scalePosterior = scale();
        WeightPosterior shiftPosterior = shift();
        return plain(
                values.get(0),
                scalePosterior == null ? known(settings.getGamma()).mean() : scalePosterior.sample(),
                shiftPosterior == null ? known(settings.getBeta()).mean() : shiftPosterior.sample());
    }

    /**
     * The activation of the point network.
     *
     * @param values values of the input
     * @return the activation
     */
    public Moments point(Moments values) {
        WeightPosterior scalePosterior = scale();
        WeightPosterior shiftPosterior = shift();
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
