package io.github.dl4jep.weight;

import io.github.dl4jep.array.FusedLoop;
import io.github.dl4jep.array.HostMemory;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A posterior that is given by the formulas for one weight: a new kind of weight is one file.
 *
 * <p>Each weight has some natural parameters and the running averages of them; predictions, samples and modes use the averages,
 * which are again the natural parameters of a proper distribution.
 *
 * <p>The formulas for one weight, in double precision, are the plain version. Float arrays go through fused loops, which a
 * subclass may replace by loops that the JIT can vectorise ({@link #momentsOfChunk}, {@link #updateOfChunk}).
 */
abstract class ElementwisePosterior implements WeightPosterior {

    private final INDArray[] natural;
    private final INDArray[] averaged;

    /**
     * A posterior in the given parameters.
     *
     * @param natural natural parameters, all shaped as the weights
     * @param averaged their running averages, in the same order
     */
    ElementwisePosterior(INDArray[] natural, INDArray[] averaged) {
        this.natural = natural;
        this.averaged = averaged;
    }

    /** Mean and variance of a weight. */
    record ElementMoments(double mean, double variance) {}

    /**
     * Mean and variance of one weight.
     *
     * @param eta natural parameters
     * @return its moments
     */
    abstract ElementMoments momentsOfElement(double[] eta);

    /**
     * Multiplies a site into one weight's posterior.
     *
     * @param eta natural parameters, replaced
     * @param shift Rw of the site
     * @param precision T of the site; 0 if {@link #usesSitePrecision()} is false
     * @param step retention and damping
     */
    abstract void updateElement(double[] eta, double shift, double precision, SiteStep step);

    /**
     * Draws one weight.
     *
     * @param eta natural parameters
     * @param uniform from [0, 1)
     * @param normal from N(0, 1)
     * @return a value of the weight
     */
    abstract double drawElement(double[] eta, double uniform, double normal);

    /**
     * The most probable value of one weight.
     *
     * @param eta natural parameters
     * @return a value of the weight
     */
    abstract double modeOfElement(double[] eta);

    /** The nearest log-odds that a later batch could take back; NaN stays NaN. */
    static double saturated(double logOdds, double limit) {
        return Math.max(-limit, Math.min(limit, logOdds));
    }

    /** The same in single precision, for loops. */
    static float saturated(float logOdds, float limit) {
        return Math.max(-limit, Math.min(limit, logOdds));
    }

    /** Second moment of every weight if it is the same for all, else NaN. */
    double uniformSecondMoment() {
        return Double.NaN;
    }

    /** Mean and variance of a chunk; the plain formula unless overridden. */
    void momentsOfChunk(float[][] eta, float[] mean, float[] variance, int count) {
        double[] one = new double[natural.length];
        for (int i = 0; i < count; i++) {
            gather(eta, i, one);
            ElementMoments m = momentsOfElement(one);
            mean[i] = (float) m.mean();
            variance[i] = (float) m.variance();
        }
    }

    /**
     * Updates a chunk; the plain formula unless overridden.
     *
     * @param in natural parameters, then the site's shift, then its precision if it is used
     * @param out the new natural parameters
     * @param count elements
     * @param step retention and damping
     */
    void updateOfChunk(float[][] in, float[][] out, int count, SiteStep step) {
        double[] one = new double[natural.length];
        for (int i = 0; i < count; i++) {
            gather(in, i, one);
            float precision = usesSitePrecision() ? in[natural.length + 1][i] : 0;
            updateElement(one, in[natural.length][i], precision, step);
            for (int k = 0; k < one.length; k++) {
                out[k][i] = (float) one[k];
            }
        }
    }

    private static void gather(float[][] arrays, int at, double[] one) {
        for (int k = 0; k < one.length; k++) {
            one[k] = arrays[k][at];
        }
    }

    /** Sets a natural parameter and its average. */
    final void initialise(int parameter, INDArray values) {
        natural[parameter].assign(values);
        averaged[parameter].assign(values);
    }

    /** Sets a natural parameter and its average to one value everywhere. */
    final void initialise(int parameter, double value) {
        natural[parameter].assign(value);
        averaged[parameter].assign(value);
    }

    /** Independent draws from N(0, 1), shaped as the weights. */
    final INDArray standardNormals() {
        return Nd4j.randn(natural[0].dataType(), natural[0].shape());
    }

    @Override
    public long[] shape() {
        return natural[0].shape();
    }

    @Override
    public WeightMoments moments(@Nullable WeightSite pending) {
        if (pending == null) {
            return momentsOf(natural);
        }
        INDArray[] moved = Arrays.stream(natural).map(INDArray::dup).toArray(INDArray[]::new);
        move(moved, pending);
        return momentsOf(moved);
    }

    @Override
    public WeightMoments predictiveMoments() {
        return momentsOf(averaged);
    }

    @Override
    public List<INDArray> readByPredictions() {
        return List.of(averaged);
    }

    @Override
    public INDArray predictiveMean() {
        return map(averaged, (eta, at) -> momentsOfElement(eta).mean());
    }

    private WeightMoments momentsOf(INDArray[] eta) {
        return FusedLoop.accepts(eta) && eta[0].ordering() == 'f' && eta[0].rank() == 2
                ? fusedMoments(eta)
                : plainMoments(eta);
    }

    private WeightMoments fusedMoments(INDArray[] eta) {
        return Double.isNaN(uniformSecondMoment()) ? fusedDifferentMoments(eta) : fusedUniformMoments(eta);
    }

    private WeightMoments fusedUniformMoments(INDArray[] eta) {
        UnitSums variances = new UnitSums(eta[0].rows());
        INDArray mean = HostMemory.like(eta[0]);
        INDArray variance = HostMemory.like(eta[0]);
        FusedLoop.run(
                (in, out, count, start, block) -> {
                    momentsOfChunk(in, out[0], out[1], count);
                    variances.add(block, out[1], count);
                },
                eta,
                new INDArray[] {mean, variance},
                eta[0].rows());
        return WeightMoments.ofOneMagnitude(mean, variance, variances.mean(eta[0].columns()), uniformSecondMoment());
    }

    private WeightMoments fusedDifferentMoments(INDArray[] eta) {
        UnitSums variances = new UnitSums(eta[0].rows());
        UnitSums squares = new UnitSums(eta[0].rows());
        INDArray mean = HostMemory.like(eta[0]);
        INDArray variance = HostMemory.like(eta[0]);
        INDArray secondMoment = HostMemory.like(eta[0]);
        FusedLoop.run(
                (in, out, count, start, block) -> {
                    momentsOfChunk(in, out[0], out[1], count);
                    variances.add(block, out[1], count);
                    GaussianLoops.square(out[0], out[2], count);
                    squares.add(block, out[2], count);
                    FusedLoop.add(out[1], out[2], count);
                },
                eta,
                new INDArray[] {mean, variance, secondMoment},
                eta[0].rows());
        int units = eta[0].columns();
        return new WeightMoments(mean, variance, secondMoment, variances.mean(units), squares.mean(units));
    }

    /** The plain version of the fused moments. */
    final WeightMoments plainMoments() {
        return plainMoments(natural);
    }

    private WeightMoments plainMoments(INDArray[] eta) {
        INDArray mean = map(eta, (one, at) -> momentsOfElement(one).mean());
        INDArray variance = map(eta, (one, at) -> momentsOfElement(one).variance());
        return Double.isNaN(uniformSecondMoment())
                ? WeightMoments.of(mean, variance)
                : WeightMoments.ofOneMagnitude(
                        mean, variance, WeightMoments.meanOverUnits(variance), uniformSecondMoment());
    }

    @Override
    public void update(WeightSite site, SiteStep step) {
        INDArray[] in = concatenated(withSite(natural, site), averaged);
        if (FusedLoop.accepts(in)) {
            int first = in.length - averaged.length;
            float rate = (float) step.averagingRate();
            FusedLoop.run(
                    (from, to, count, start, block) -> {
                        updateOfChunk(from, to, count, step);
                        for (int k = 0; k < natural.length; k++) {
                            average(from[first + k], to[k], rate, to[natural.length + k], count);
                        }
                    },
                    in,
                    concatenated(natural, averaged));
        } else {
            plainUpdate(natural, site, step);
            for (int k = 0; k < natural.length; k++) {
                averaged[k].addi(natural[k].sub(averaged[k]).muli(step.averagingRate()));
            }
        }
    }

    @Override
    public List<INDArray> learned() {
        return List.of(concatenated(natural, averaged));
    }

    /** The update of a batch that is not committed yet: nothing is forgotten or averaged. */
    private void move(INDArray[] eta, WeightSite site) {
        INDArray[] in = withSite(eta, site);
        SiteStep whole = new SiteStep(1, 1, 1);
        if (FusedLoop.accepts(in)) {
            FusedLoop.run((from, to, count, start, block) -> updateOfChunk(from, to, count, whole), in, eta);
        } else {
            plainUpdate(eta, site, whole);
        }
    }

    private static void average(float[] before, float[] latest, float rate, float[] average, int count) {
        for (int i = 0; i < count; i++) {
            average[i] = before[i] + rate * (latest[i] - before[i]);
        }
    }

    private INDArray[] withSite(INDArray[] eta, WeightSite site) {
        return usesSitePrecision()
                ? concatenated(eta, site.shift(), site.requiredPrecision())
                : concatenated(eta, site.shift());
    }

    private static INDArray[] concatenated(INDArray[] first, INDArray... second) {
        INDArray[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /** The plain version of the fused update, without the averages. */
    final void plainUpdate(WeightSite site, SiteStep step) {
        plainUpdate(natural, site, step);
    }

    private void plainUpdate(INDArray[] eta, WeightSite site, SiteStep step) {
        double[][] values = values(eta);
        double[] shift = values(site.shift());
        double[] precision = usesSitePrecision() ? values(site.requiredPrecision()) : new double[shift.length];
        IntStream.range(0, shift.length).parallel().forEach(i -> {
            double[] one = column(values, i);
            updateElement(one, shift[i], precision[i], step);
            for (int k = 0; k < one.length; k++) {
                values[k][i] = one[k];
            }
        });
        for (int k = 0; k < eta.length; k++) {
            eta[k].assign(shaped(eta[k], values[k]));
        }
    }

    @Override
    public INDArray sample() {
        double[] uniform = values(Nd4j.rand(natural[0].dataType(), natural[0].shape()));
        double[] normal = values(standardNormals());
        return map(averaged, (eta, at) -> drawElement(eta, uniform[at], normal[at]));
    }

    @Override
    public INDArray mode() {
        return map(averaged, (eta, at) -> modeOfElement(eta));
    }

    /** A value of one weight from its natural parameters and its place in c-order. */
    @FunctionalInterface
    private interface Element {
        double of(double[] eta, int at);
    }

    private static INDArray map(INDArray[] eta, Element element) {
        double[][] values = values(eta);
        double[] result = new double[values[0].length];
        IntStream.range(0, result.length).parallel().forEach(i -> result[i] = element.of(column(values, i), i));
        return shaped(eta[0], result);
    }

    private static double[][] values(INDArray[] arrays) {
        return Arrays.stream(arrays).map(ElementwisePosterior::values).toArray(double[][]::new);
    }

    private static double[] values(INDArray array) {
        return array.dup('c').data().asDouble();
    }

    private static double[] column(double[][] values, int at) {
        double[] one = new double[values.length];
        for (int k = 0; k < one.length; k++) {
            one[k] = values[k][at];
        }
        return one;
    }

    /** An f-ordered array like the weights, from values in c-order. */
    private static INDArray shaped(INDArray like, double[] values) {
        return Nd4j.createFromArray(values)
                .reshape('c', like.shape())
                .castTo(like.dataType())
                .dup('f');
    }
}
