package io.github.dl4jep.weight;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Another posterior, some of whose weights are known to be zero. What a batch says about those is dropped, so that their natural
 * parameters, which nobody sees, stay where they are.
 */
final class PrunedPosterior implements WeightPosterior {

    private final WeightPosterior original;
    private final INDArray kept;

    /**
     * A posterior with removed weights.
     *
     * @param original the posterior of all weights
     * @param kept 1 for weights that are kept, 0 for others; shaped as the weights, a view
     */
    PrunedPosterior(WeightPosterior original, INDArray kept) {
        this.original = original;
        this.kept = kept;
    }

    @Override
    public boolean usesSitePrecision() {
        return original.usesSitePrecision();
    }

    @Override
    public long[] shape() {
        return original.shape();
    }

    @Override
    public void initialiseBias() {
        original.initialiseBias();
        kept.assign(1);
    }

    @Override
    public void initialiseWeights() {
        original.initialiseWeights();
        kept.assign(1);
    }

    @Override
    public void startAt(INDArray means) {
        original.startAt(means);
        kept.assign(1);
    }

    @Override
    public WeightMoments moments(@Nullable WeightSite pending) {
        return ofKept(original.moments(pending == null ? null : ofKept(pending)));
    }

    @Override
    public WeightMoments predictiveMoments() {
        return ofKept(original.predictiveMoments());
    }

    @Override
    public INDArray predictiveMean() {
        return original.predictiveMean().muli(kept);
    }

    @Override
    public void update(WeightSite site, SiteStep step) {
        original.update(ofKept(site), step);
    }

    @Override
    public void rescalePrior(double from, double to) {
        original.rescalePrior(from, to);
    }

    @Override
    public Runnable pulled(double times) {
        return original.pulled(times);
    }

    @Override
    public INDArray sample() {
        return original.sample().muli(kept);
    }

    @Override
    public INDArray mode() {
        return original.mode().muli(kept);
    }

    private WeightMoments ofKept(WeightMoments moments) {
        return WeightMoments.of(moments.mean().muli(kept), moments.variance().muli(kept));
    }

    private WeightSite ofKept(WeightSite site) {
        INDArray precision = site.precision();
        return new WeightSite(site.shift().mul(kept), precision == null ? null : precision.mul(kept));
    }
}
