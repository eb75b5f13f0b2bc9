package io.github.dl4jep.weight;

import io.github.dl4jep.array.FusedLoop;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Independent Gaussian posteriors: precision t and meanTimesPrecision r of every weight, M = r / t, S = 1 / t.
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
    private final double priorPrecision;
    private final double initialMeanVariance;

    GaussianPosterior(
            INDArray precision,
            INDArray meanTimesPrecision,
            INDArray averagedMean,
            double priorPrecision,
            double initialMeanVariance) {
        this.precision = precision;
        this.meanTimesPrecision = meanTimesPrecision;
        this.averagedMean = averagedMean;
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
    }

    @Override
    public WeightMoments moments(@Nullable WeightSite pending) {
        if (pending != null) {
            INDArray variance = precision.rdiv(1);
            return WeightMoments.of(
                    meanTimesPrecision.mul(variance).addi(pending.shift().mul(variance)), variance);
        }
        return fused() && precision.ordering() == 'f' ? fusedMoments() : plainMoments();
    }

    private WeightMoments fusedMoments() {
        UnitSums variances = new UnitSums(precision.rows());
        UnitSums squares = new UnitSums(precision.rows());
        INDArray mean = precision.ulike();
        INDArray variance = precision.ulike();
        INDArray secondMoment = precision.ulike();
        FusedLoop.run(
                (in, out, count, start, block) -> {
                    momentsOfChunk(in, out, count);
                    variances.add(block, out[1], count);
                    squares.add(block, out[2], count);
                    FusedLoop.add(out[1], out[2], count);
                },
                new INDArray[] {precision, meanTimesPrecision},
                new INDArray[] {mean, variance, secondMoment},
                precision.rows());
        int units = precision.columns();
        return new WeightMoments(mean, variance, secondMoment, variances.mean(units), squares.mean(units));
    }

    /** Loops of one statement each, which the JIT vectorises; the third output becomes the squared mean. */
    private static void momentsOfChunk(float[][] in, float[][] out, int count) {
        float[] t = in[0];
        float[] r = in[1];
        float[] mean = out[0];
        float[] variance = out[1];
        float[] squaredMean = out[2];
        for (int i = 0; i < count; i++) {
            variance[i] = 1 / t[i];
        }
        for (int i = 0; i < count; i++) {
            mean[i] = r[i] * variance[i];
        }
        for (int i = 0; i < count; i++) {
            squaredMean[i] = mean[i] * mean[i];
        }
    }

    /** The plain version of {@link #fusedMoments()}. */
    WeightMoments plainMoments() {
        INDArray variance = precision.rdiv(1);
        return WeightMoments.of(meanTimesPrecision.mul(variance), variance);
    }

    @Override
    public WeightMoments predictiveMoments() {
        return WeightMoments.of(averagedMean.dup(), precision.rdiv(1));
    }

    @Override
    public INDArray predictiveMean() {
        return averagedMean.dup();
    }

    @Override
    public void update(WeightSite site, SiteStep step) {
        if (fused() && FusedLoop.accepts(precision, site.shift(), site.requiredPrecision())) {
            fusedUpdate(site, step);
        } else {
            plainUpdate(site, step);
        }
    }

    private void fusedUpdate(WeightSite site, SiteStep step) {
        FusedLoop.run(
                (in, out, count, start, block) -> {
                    updateOfChunk(in, out, count, step, (float) (priorPrecision * step.priorFactor()));
                },
                new INDArray[] {precision, meanTimesPrecision, averagedMean, site.shift(), site.requiredPrecision()},
                new INDArray[] {precision, meanTimesPrecision, averagedMean});
    }

    private static void updateOfChunk(float[][] in, float[][] out, int count, SiteStep step, float prior) {
        float retention = (float) step.retention();
        float averaging = (float) step.averagingRate();
        float damping = (float) step.damping();
        float kept = prior - retention * prior;
        float[] t = in[0];
        float[] r = in[1];
        float[] average = in[2];
        float[] shift = in[3];
        float[] added = in[4];
        float[] precision = out[0];
        float[] mean = out[1];
        float[] averaged = out[2];
        for (int i = 0; i < count; i++) {
            mean[i] = (r[i] + damping * shift[i]) / t[i];
        }
        for (int i = 0; i < count; i++) {
            precision[i] = kept + retention * t[i] + damping * added[i];
        }
        for (int i = 0; i < count; i++) {
            averaged[i] = average[i] + averaging * (mean[i] - average[i]);
        }
        for (int i = 0; i < count; i++) {
            mean[i] *= precision[i];
        }
    }

    /** The plain version of the fused update: M + S Rw, t0 + f (t - t0) + T, r = t M. */
    void plainUpdate(WeightSite site, SiteStep step) {
        double prior = priorPrecision * step.priorFactor();
        INDArray mean =
                site.shift().mul(step.damping()).addi(meanTimesPrecision).divi(precision);
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
        INDArray mean = meanTimesPrecision.div(precision);
        precision.addi((to - from) * priorPrecision);
        meanTimesPrecision.assign(mean.muli(precision));
    }

    @Override
    public INDArray sample() {
        INDArray noise = Nd4j.randn(precision.dataType(), precision.shape());
        return noise.divi(Transforms.sqrt(precision, true)).addi(averagedMean);
    }

    @Override
    public INDArray mode() {
        return predictiveMean();
    }

    private boolean fused() {
        return FusedLoop.accepts(precision, meanTimesPrecision, averagedMean);
    }
}
