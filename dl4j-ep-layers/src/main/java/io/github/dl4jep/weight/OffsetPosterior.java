package io.github.dl4jep.weight;

import io.github.dl4jep.array.FusedLoop;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The posterior of weights that are added to others: means are those of the sum, variances those of the own part alone, because the
 * other part is taken as known. So a draw is one of the own part.
 *
 * @param own the part that learns
 * @param other the part that is taken as known
 */
public record OffsetPosterior(WeightPosterior own, WeightPosterior other) implements WeightPosterior {

    @Override
    public long[] shape() {
        return own.shape();
    }

    @Override
    public boolean usesSitePrecision() {
        return own.usesSitePrecision();
    }

    @Override
    public void initialiseBias() {
        own.initialiseBias();
    }

    @Override
    public void initialiseWeights() {
        own.initialiseWeights();
    }

    @Override
    public void startAt(INDArray means) {
        own.startAt(means.sub(other.predictiveMean()));
    }

    @Override
    public WeightMoments moments(@Nullable WeightSite pending) {
        return own.momentsPlus(pending, other.mean());
    }

    @Override
    public WeightMoments momentsOfBias(@Nullable WeightSite pending) {
        return biasPlus(own.momentsOfBias(pending), other.mean());
    }

    @Override
    public WeightMoments predictiveMomentsOfBias() {
        return biasPlus(own.predictiveMomentsOfBias(), other.predictiveMean());
    }

    private static WeightMoments biasPlus(WeightMoments bias, INDArray known) {
        return WeightMoments.ofBias(FusedLoop.addTo(bias.mean(), known), bias.variance());
    }

    @Override
    public WeightMoments predictiveMoments() {
        return own.predictiveMoments().plus(other.predictiveMean());
    }

    @Override
    public List<INDArray> readByPredictions() {
        List<INDArray> both = new ArrayList<>(own.readByPredictions());
        both.addAll(other.readByPredictions());
        return both;
    }

    /** What data say of the other part: a softmax that has its classes right says little about its weights. */
    @Override
    public INDArray information() {
        return other.information();
    }

    @Override
    public INDArray predictiveMean() {
        return FusedLoop.addTo(own.predictiveMean(), other.predictiveMean());
    }

    @Override
    public void update(WeightSite site, SiteStep step) {
        own.update(site, step);
    }

    @Override
    public Runnable pulled(double times) {
        return own.pulled(times);
    }

    @Override
    public List<INDArray> learned() {
        return own.learned();
    }

    @Override
    public INDArray sample() {
        return own.sample().addi(other.predictiveMean());
    }

    @Override
    public INDArray mode() {
        return own.mode().addi(other.mode());
    }
}
