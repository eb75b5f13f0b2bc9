package io.github.dl4jep.weight;

import io.github.dl4jep.array.FusedLoop;
import io.github.dl4jep.array.HostMemory;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Independent Gaussian posteriors: precision t and meanTimesPrecision r of every weight, M = r / t, S = 1 / t. What predictions see of t
 * counts every example once, also where training remembers some several times.
 *
 * <p>Limits: t stays at or above the prior's precision, because sites are not negative and retention only removes sites; so
 * the variance is always proper.
 *
 * <p>Float arrays go through one fused loop; all others through the plain operations, which are the tests' oracle.
 */
final class GaussianPosterior implements WeightPosterior {

    private final INDArray precision;
    private final INDArray meanTimesPrecision;
    private final INDArray averagedMean;
    private final @Nullable INDArray priorMean;
    private final INDArray counted;
    private final double priorPrecision;
    private final double initialMeanVariance;

    GaussianPosterior(
            INDArray precision,
            INDArray meanTimesPrecision,
            INDArray averagedMean,
            @Nullable INDArray priorMean,
            INDArray counted,
            double priorPrecision,
            double initialMeanVariance) {
        this.precision = precision;
        this.meanTimesPrecision = meanTimesPrecision;
        this.averagedMean = averagedMean;
        this.priorMean = priorMean;
        this.counted = counted;
        this.priorPrecision = priorPrecision;
        this.initialMeanVariance = initialMeanVariance;
    }

    @Override
    public long[] shape() {
        return precision.shape();
    }

    @Override
    public void initialiseBias() {
        precision.assign(priorPrecision);
        meanTimesPrecision.assign(0);
        averagedMean.assign(0);
        counted.assign(1);
        if (priorMean != null) {
            priorMean.assign(0);
        }
    }

    @Override
    public void initialiseWeights() {
        startAt(Nd4j.randn(averagedMean.dataType(), averagedMean.shape()).muli(Math.sqrt(initialMeanVariance)));
    }

    @Override
    public void startAt(INDArray means) {
        precision.assign(priorPrecision);
        averagedMean.assign(means);
        meanTimesPrecision.assign(averagedMean.mul(priorPrecision));
        counted.assign(1);
        if (priorMean != null) {
            priorMean.assign(averagedMean);
        }
    }

    @Override
    public WeightMoments moments(@Nullable WeightSite pending) {
        if (pending != null) {
            INDArray variance = precision.rdiv(1);
            return WeightMoments.of(
                    meanTimesPrecision.mul(variance).addi(pending.shift().mul(variance)), variance);
        }
        return fusedInColumns() ? fusedMoments(null) : plainMoments();
    }

    @Override
    public WeightMoments momentsOfSums(@Nullable WeightSite pending, boolean observed) {
        return pending == null && fused() && MeansOfWeights.suffice(precision)
                ? MeansOfWeights.of(precision, meanTimesPrecision, observed)
                : moments(pending);
    }

    @Override
    public WeightMoments predictiveMomentsOfSums(boolean observed) {
        return predictsFused() && MeansOfWeights.suffice(precision)
                ? predictiveMeans(averagedMean, observed, false)
                : predictiveMoments();
    }

    @Override
    public WeightMoments momentsPlus(@Nullable WeightSite pending, INDArray known) {
        return pending == null && fusedInColumns() && FusedLoop.accepts(precision, known)
                ? fusedMoments(known)
                : moments(pending).plus(known);
    }

    @Override
    public INDArray mean() {
        if (!fused()) {
            return plainMoments().mean();
        }
        INDArray mean = HostMemory.like(precision);
        FusedLoop.run(
                // The precisions that were read are not needed any more: variances in their place.
                (in, out, count, start, block) ->
                        GaussianLoops.meanAndVariance(in, new float[][] {out[0], in[0]}, count),
                new INDArray[] {precision, meanTimesPrecision},
                new INDArray[] {mean});
        return mean;
    }

    @Override
    public WeightMoments momentsOfBias(@Nullable WeightSite pending) {
        if (pending != null || !fused()) {
            return moments(pending);
        }
        INDArray mean = HostMemory.like(precision);
        INDArray variance = HostMemory.like(precision);
        FusedLoop.run(
                (in, out, count, start, block) -> GaussianLoops.meanAndVariance(in, out, count),
                new INDArray[] {precision, meanTimesPrecision},
                new INDArray[] {mean, variance});
        return WeightMoments.ofBias(mean, variance);
    }

    private boolean fusedInColumns() {
        return fused() && precision.ordering() == 'f';
    }

    /** Of the sum of these weights and of known ones; null for none. */
    private WeightMoments fusedMoments(@Nullable INDArray known) {
        UnitSums variances = new UnitSums(precision.rows());
        UnitSums squares = new UnitSums(precision.rows());
        INDArray mean = HostMemory.like(precision);
        INDArray variance = HostMemory.like(precision);
        INDArray secondMoment = HostMemory.like(precision);
        FusedLoop.run(
                (in, out, count, start, block) -> {
                    GaussianLoops.meanAndVariance(in, out, count);
                    if (known != null) {
                        FusedLoop.add(in[2], out[0], count);
                    }
                    GaussianLoops.square(out[0], out[2], count);
                    variances.add(block, out[1], count);
                    squares.add(block, out[2], count);
                    FusedLoop.add(out[1], out[2], count);
                },
                and(known, precision, meanTimesPrecision),
                new INDArray[] {mean, variance, secondMoment},
                precision.rows());
        int units = precision.columns();
        return new WeightMoments(mean, variance, secondMoment, variances.mean(units), squares.mean(units));
    }

    /** The plain version of {@link #fusedMoments}. */
    WeightMoments plainMoments() {
        INDArray variance = precision.rdiv(1);
        return WeightMoments.plain(meanTimesPrecision.mul(variance), variance);
    }

    @Override
    public WeightMoments predictiveMoments() {
        return predictsFused() ? predictiveMeans(HostMemory.copy(averagedMean), false, true) : plainPredictiveMoments();
    }

    @Override
    public WeightMoments predictiveMomentsOfBias() {
        return fused()
                ? WeightMoments.ofBias(
                        HostMemory.copy(averagedMean),
                        MeansOfWeights.variances(precision, counted.getDouble(0), priorPrecision))
                : plainPredictiveMoments();
    }

    @Override
    public List<INDArray> readByPredictions() {
        return priorMean != null && hasUnseenInputs()
                ? List.of(counted, precision, averagedMean, priorMean)
                : List.of(counted, precision, averagedMean);
    }

    private boolean hasUnseenInputs() {
        UnseenInputs unseen = predictsFused()
                ? UnseenInputs.of(precision, priorPrecision)
                : UnseenInputs.plain(precision, priorPrecision);
        return unseen.rows().length > 0;
    }

    private boolean predictsFused() {
        return fused() && precision.ordering() == 'f' && (priorMean == null || FusedLoop.accepts(precision, priorMean));
    }

    private WeightMoments predictiveMeans(INDArray mean, boolean observed, boolean single) {
        return MeansOfWeights.predictive(
                precision, mean, priorMean, counted.getDouble(0), priorPrecision, observed, single);
    }

    /** The plain version of {@link #predictiveMoments()}. */
    WeightMoments plainPredictiveMoments() {
        return WeightMoments.plain(averagedMean.dup(), predictivePrecision().rdivi(1));
    }

    /**
     * t0 + n (t - t0), where n is the true count of an example over that of what is remembered. Weights of an input that was always 0 are as
     * uncertain as those of other inputs have shown to be.
     */
    private INDArray predictivePrecision() {
        double count = counted.getDouble(0);
        INDArray once = precision.mul(count).addi((1 - count) * priorPrecision);
        if (precision.rows() > 1) {
            widenUnseen(once);
        }
        return once;
    }

    private void widenUnseen(INDArray once) {
        UnseenInputs unseen = UnseenInputs.plain(precision, priorPrecision);
        int[] inputs = unseen.rows();
        double variance = inputs.length == 0
                ? 0
                : unseen.variance(
                        UnseenInputs.columns(averagedMean), priorMean == null ? null : UnseenInputs.columns(priorMean));
        for (int input : inputs) {
            once.getRow(input).assign(1 / variance);
        }
    }

    @Override
    public INDArray predictiveMean() {
        return HostMemory.copy(averagedMean);
    }

    @Override
    public void update(WeightSite site, SiteStep step) {
        counted.putScalar(0, step.counted());
        if (fused() && FusedLoop.accepts(precision, site.shift(), site.requiredPrecision())) {
            fusedUpdate(site, step);
        } else {
            plainUpdate(site, step);
        }
    }

    private void fusedUpdate(WeightSite site, SiteStep step) {
        INDArray pulledTo = step.pull() > 0 ? priorMean : null;
        float prior = (float) (priorPrecision * step.priorFactor());
        FusedLoop.run(
                (in, out, count, start, block) -> GaussianLoops.update(in, out, count, step, prior),
                and(pulledTo, precision, meanTimesPrecision, averagedMean, site.shift(), site.requiredPrecision()),
                new INDArray[] {precision, meanTimesPrecision, averagedMean});
    }

    /** The plain version of the fused update: (r + Rw + p m0) / (t + p), p = pull t0; t0 + f (t - t0) + T; r = t M. */
    void plainUpdate(WeightSite site, SiteStep step) {
        double prior = priorPrecision * step.priorFactor();
        double pull = step.pull() * priorPrecision;
        INDArray mean = site.shift().mul(step.damping()).addi(meanTimesPrecision);
        if (priorMean != null) {
            mean.addi(priorMean.mul(pull));
        }
        mean.divi(precision.add(pull));
        precision
                .subi(prior)
                .muli(step.retention())
                .addi(prior)
                .addi(site.requiredPrecision().mul(step.damping()));
        meanTimesPrecision.assign(mean).muli(precision);
        averagedMean.addi(mean.subi(averagedMean).muli(step.averagingRate()));
    }

    @Override
    public void rescalePrior(double from, double to) {
        double added = (to - from) * priorPrecision;
        if (!fused()) {
            INDArray mean = meanTimesPrecision.div(precision);
            precision.addi(added);
            meanTimesPrecision.assign(mean.muli(precision));
            return;
        }
        FusedLoop.run(
                (in, out, count, start, block) -> GaussianLoops.rescale(in, out, count, (float) added),
                new INDArray[] {precision, meanTimesPrecision},
                new INDArray[] {precision, meanTimesPrecision});
    }

    @Override
    public Runnable pulled(double times) {
        INDArray before = HostMemory.copy(averagedMean);
        double pull = times * priorPrecision;
        if (fused() && (priorMean == null || FusedLoop.accepts(precision, priorMean))) {
            FusedLoop.run(
                    (in, out, count, start, block) -> GaussianLoops.pull(in, out[0], count, (float) pull),
                    and(priorMean, averagedMean, precision),
                    new INDArray[] {averagedMean});
        } else {
            INDArray towards = priorMean == null ? before.neg() : priorMean.sub(before);
            averagedMean.addi(towards.muli(pull).divi(precision.add(pull)));
        }
        return () -> HostMemory.assign(before, averagedMean);
    }

    @Override
    public List<INDArray> learned() {
        return List.of(precision, meanTimesPrecision, averagedMean, counted);
    }

    /** The Kullback-Leibler divergence from the prior, (log(t / t0) + t0 / t - 1 + t0 (m - m0)^2) / 2 in nats. */
    @Override
    public INDArray information() {
        INDArray moved = priorMean == null ? averagedMean : averagedMean.sub(priorMean);
        INDArray narrower = precision.div(priorPrecision);
        return moved.mul(moved)
                .muli(priorPrecision)
                .addi(narrower.rdiv(1))
                .addi(Transforms.log(narrower))
                .subi(1)
                .muli(0.5);
    }

    @Override
    public INDArray sample() {
        INDArray noise = Nd4j.randn(precision.dataType(), precision.shape());
        return noise.divi(Transforms.sqrt(predictivePrecision(), false)).addi(averagedMean);
    }

    @Override
    public INDArray mode() {
        return predictiveMean();
    }

    /** The arrays, and a last one if there is one. */
    private static INDArray[] and(@Nullable INDArray last, INDArray... arrays) {
        if (last == null) {
            return arrays;
        }
        INDArray[] all = Arrays.copyOf(arrays, arrays.length + 1);
        all[arrays.length] = last;
        return all;
    }

    private boolean fused() {
        return FusedLoop.accepts(precision, meanTimesPrecision, averagedMean);
    }
}
