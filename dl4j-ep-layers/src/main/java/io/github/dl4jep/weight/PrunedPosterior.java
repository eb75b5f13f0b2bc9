package io.github.dl4jep.weight;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Another posterior, some of whose weights are known to be zero. What a batch says about those is dropped, so that their natural
 * parameters, which nobody sees, stay where they are.
 */
final class PrunedPosterior implements WeightPosterior {

    private final WeightPosterior original;
    private final INDArray kept;
    private final Runnable initialiseKept;

    private PrunedPosterior(WeightPosterior original, INDArray kept, Runnable initialiseKept) {
        this.original = original;
        this.kept = kept;
        this.initialiseKept = initialiseKept;
    }

    /**
     * A posterior with removed weights.
     *
     * @param original the posterior of all weights
     * @param kept 1 for weights that are kept, 0 for others; shaped as the weights, a view
     * @param share of the inputs of each unit that are kept when training starts, drawn at random
     */
    static PrunedPosterior of(WeightPosterior original, INDArray kept, double share) {
        return new PrunedPosterior(
                original, kept, share == 1 ? () -> kept.assign(1) : () -> kept.assign(drawn(kept, share)));
    }

    /**
     * A posterior that has the zeros of another one, which sets them when training starts.
     *
     * @param original the posterior of all weights
     * @param kept as in {@link #of}
     */
    static PrunedPosterior following(WeightPosterior original, INDArray kept) {
        return new PrunedPosterior(original, kept, () -> {});
    }

    /** How many of a unit's inputs are kept, at least one. */
    static long inputsKept(double share, long inputs) {
        return Math.max(1, Math.round(share * inputs));
    }

    /** For each unit as many ones as inputs that it keeps. */
    private static INDArray drawn(INDArray kept, double share) {
        Random random = new Random(Nd4j.getRandom().nextLong());
        int inputs = kept.rows();
        int ones = Math.toIntExact(inputsKept(share, inputs));
        float[] mask = new float[Math.toIntExact(kept.length())];
        int[] order = IntStream.range(0, inputs).toArray();
        for (int unit = 0; unit < kept.columns(); unit++) {
            for (int i = 0; i < ones; i++) {
                int other = i + random.nextInt(inputs - i);
                int input = order[other];
                order[other] = order[i];
                order[i] = input;
                mask[unit * inputs + input] = 1;
            }
        }
        return Nd4j.create(mask, kept.shape(), 'f').castTo(kept.dataType());
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
        initialiseKept.run();
    }

    @Override
    public void initialiseWeights() {
        original.initialiseWeights();
        initialiseKept.run();
    }

    @Override
    public void startAt(INDArray means) {
        original.startAt(means);
        initialiseKept.run();
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
    public List<INDArray> readByPredictions() {
        List<INDArray> read = new ArrayList<>(original.readByPredictions());
        read.add(kept);
        return read;
    }

    /** Less than 0 for those that are removed. */
    @Override
    public INDArray information() {
        return original.information().muli(kept).addi(kept).subi(1);
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
    public List<INDArray> learned() {
        return original.learned();
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
