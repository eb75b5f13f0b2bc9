package io.github.dl4jep.type.linear;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.linear.WeightGroups;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.params.StockWeights;
import io.github.dl4jep.vertex.LayerWeights;
import io.github.dl4jep.vertex.Learner;
import io.github.dl4jep.vertex.LinearMap;
import io.github.dl4jep.vertex.ParameterKey;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightPosterior;
import io.github.dl4jep.weight.WeightSite;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A convolution with weights of its own at each position: {@link WeightGroups} of what each window sees, and a bias of each unit that all
 * positions share. Exact, as a dense layer whose other weights are 0.
 *
 * <p>Shapes: what windows see [minibatch, positions x fan-in]; weights [fan-in, positions x units]; bias [1, units]; activation
 * [minibatch, units x positions].
 */
final class UnsharedVertex implements LinearMap {

    private final LayerWeights weights;
    private final Function<ExampleShape, WindowCopies> copies;

    /**
     * A convolution.
     *
     * @param weights where the posteriors are
     * @param copies what windows see of an input of some shape
     */
    UnsharedVertex(LayerWeights weights, Function<ExampleShape, WindowCopies> copies) {
        this.weights = weights;
        this.copies = copies;
    }

    private static WeightGroups groups(WindowCopies windows) {
        return new WeightGroups(windows.positions());
    }

    @Override
    public Pass forward(List<ForwardMessage> inputs, Sites pending) {
        ForwardMessage message = inputs.get(0);
        Moments input = message.moments();
        WindowCopies windows = copies.apply(input.shape());
        WeightMoments moments = weights.weights().moments(pending.site(weights.weightKey()));
        WeightPosterior bias = weights.bias();
        WeightMoments biasMoments = bias == null ? null : bias.momentsOfBias(pending.site(weights.biasKey()));
        Moments seen = seen(windows, input);
        Moments output = preActivation(windows, seen, moments, biasMoments);
        BatchCovariance covariance = covariance(windows, message, seen, moments, biasMoments);
        BatchPart part = message.covariance().inducing().part();
        return new Pass(
                new ForwardMessage(output, covariance), back -> answer(windows, back, input, seen, moments, part));
    }

    private static Moments seen(WindowCopies windows, Moments input) {
        INDArray variance = input.variance();
        return new Moments(windows.seen(input.mean()), variance == null ? null : windows.seen(variance));
    }

    private static Moments preActivation(
            WindowCopies windows, Moments seen, WeightMoments moments, @Nullable WeightMoments bias) {
        Moments sums = groups(windows).messageToPreActivation(seen, moments, null);
        INDArray mean = windows.byUnit(sums.mean());
        INDArray variance = windows.byUnit(Objects.requireNonNull(sums.variance()));
        if (bias != null) {
            mean.addiRowVector(windows.atAllPositions(bias.mean()));
            variance.addiRowVector(windows.atAllPositions(bias.variance()));
        }
        return new Moments(mean, variance).shapedAs(windows.outputShape(moments.mean()));
    }

    private static BatchCovariance covariance(
            WindowCopies windows,
            ForwardMessage message,
            Moments seen,
            WeightMoments moments,
            @Nullable WeightMoments bias) {
        BatchCovariance before = message.covariance().ofUnits(windows::seen);
        if (before.gain() == null) {
            // What is outside of the input is known.
            before = before.through(windows.inside(seen.mean()));
        }
        BatchCovariance covariance =
                groups(windows).covarianceOfPreActivation(new ForwardMessage(seen, before), null, moments, null);
        if (bias == null) {
            return covariance;
        }
        ExampleCovariance shared = covariance.examples();
        return BatchCovariance.of(shared.addi(Rows.mean(bias.variance())));
    }

    private Answer answer(
            WindowCopies windows,
            BackwardMessage message,
            Moments input,
            Moments seen,
            WeightMoments moments,
            @Nullable BatchPart part) {
        BackwardMessage byPosition =
                new BackwardMessage(windows.byPosition(message.shift()), windows.byPosition(message.curvature()));
        BackwardMessage toInput = null;
        if (!input.isPointMass()) {
            BackwardMessage toSeen = groups(windows).messageToInput(byPosition, moments);
            toInput = new BackwardMessage(windows.back(toSeen.shift()), windows.back(toSeen.curvature()));
        }
        WeightPosterior posterior = weights.weights();
        WeightSite site =
                groups(windows).messageToWeights(byPosition, seen, moments, posterior.usesSitePrecision(), part);
        Sites sites = Sites.of(weights.weightKey(), site);
        if (weights.bias() != null) {
            sites = sites.plus(Sites.of(
                    weights.biasKey(),
                    new WeightSite(
                            windows.summedOverPositions(message.shift()),
                            windows.summedOverPositions(message.curvature()))));
        }
        return Answer.of(toInput, sites.plus(weights.seen(part, seen.mean(), own -> own.mean(true, 0))));
    }

    @Override
    public Moments predict(List<Moments> inputs) {
        Moments input = inputs.get(0);
        WindowCopies windows = copies.apply(input.shape());
        return preActivation(windows, seen(windows, input), weights.predictiveMoments(), weights.predictiveBias());
    }

    @Override
    public Moments sample(List<Moments> values) {
        return linear(
                values.get(0), weights.layout().sample(weights.parameters().get()));
    }

    @Override
    public Moments point(Moments values) {
        return linear(values, weights.layout().point(weights.parameters().get()));
    }

    private Moments linear(Moments values, StockWeights plain) {
        WindowCopies windows = copies.apply(values.shape());
        INDArray product = groups(windows).product(windows.seen(values.mean()), plain.weights());
        INDArray sums = windows.byUnit(product);
        if (plain.bias() != null) {
            sums.addiRowVector(windows.atAllPositions(plain.bias()));
        }
        return Moments.pointMass(sums).shapedAs(windows.outputShape(plain.weights()));
    }

    @Override
    public String describe() {
        return weights.place().get();
    }

    @Override
    public Map<ParameterKey, Learner> learners() {
        return weights.learners();
    }
}
