package io.github.dl4jep.message;

import io.github.dl4jep.array.FusedLoop;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Mean and variance of every activation of a batch: what a layer is told by the layer before. Immutable.
 *
 * <p>Shapes: mean: [minibatch, units]; variance: shaped as the mean, in squared units of the mean, or null when the values are
 * observed (variance 0 everywhere). What the columns are, for example pixels of channels, says {@link #shape()}.
 */
public final class Moments {

    private final INDArray mean;
    private final @Nullable INDArray variance;
    private final ExampleShape shape;
    /** Whether a unit gave the mean squares, but not the squares of the means. */
    private final boolean secondMomentOnly;

    private final @Nullable StepMask mask;
    private volatile @Nullable INDArray squaredMean;
    private volatile @Nullable INDArray secondMoment;

    /**
     * Moments.
     *
     * @param mean the means
     * @param variance the variances, or null for observed values
     * @throws IllegalArgumentException if the shapes differ
     */
    public Moments(INDArray mean, @Nullable INDArray variance) {
        this(mean, variance, ExampleShape.ofExamples(mean), false, null);
    }

    private Moments(
            INDArray mean,
            @Nullable INDArray variance,
            ExampleShape shape,
            boolean secondMomentOnly,
            @Nullable StepMask mask) {
        if (variance != null && !Arrays.equals(mean.shape(), variance.shape())) {
            throw new IllegalArgumentException("variance has shape " + Arrays.toString(variance.shape())
                    + ", but the mean has " + Arrays.toString(mean.shape()));
        }
        this.mean = mean;
        this.variance = variance;
        this.shape = shape;
        this.secondMomentOnly = secondMomentOnly;
        this.mask = mask;
    }

    /**
     * Values known exactly, such as the features of a batch.
     *
     * @param values the values, [minibatch, units] or [minibatch, channels, ...], which is flattened
     * @return moments without variance
     */
    public static Moments pointMass(INDArray values) {
        ExampleShape shape = ExampleShape.ofExamples(values);
        return new Moments(shape.flatten(values), null, shape, false, null);
    }

    /**
     * Moments of the parts of a batch below one another.
     *
     * @param parts moments of one shape of example, without masks
     * @return those of all rows
     */
    public static Moments joined(List<Moments> parts) {
        Moments first = parts.get(0);
        return new Moments(
                        ForwardMessage.below(parts, Moments::mean),
                        first.variance == null
                                ? null
                                : ForwardMessage.below(parts, part -> Objects.requireNonNull(part.variance)))
                .shapedAs(first.shape);
    }

    /**
     * The same moments, their columns read in another way.
     *
     * @param exampleShape a shape of as many elements
     * @return moments that share the arrays
     * @throws IllegalArgumentException if the shape has another number of elements
     */
    public Moments shapedAs(ExampleShape exampleShape) {
        if (exampleShape.length() != mean.length() / mean.size(0)) {
            throw new IllegalArgumentException("activations of shape " + shape + " cannot be read as " + exampleShape);
        }
        return sharing(exampleShape, exampleShape.positions() == shape.positions() ? mask : null);
    }

    private Moments sharing(ExampleShape exampleShape, @Nullable StepMask other) {
        Moments shared = new Moments(mean, variance, exampleShape, secondMomentOnly, other);
        shared.squaredMean = squaredMean;
        shared.secondMoment = secondMoment;
        return shared;
    }

    /**
     * The same moments, of sequences in which some steps are not there.
     *
     * @param steps which steps are there, or null for all
     * @return moments that share the arrays
     * @throws IllegalArgumentException if the mask is of other sequences
     */
    public Moments masked(@Nullable StepMask steps) {
        if (steps != null && (steps.minibatch() != mean.size(0) || steps.steps() != shape.positions())) {
            throw new IllegalArgumentException("a mask of " + steps.minibatch() + " sequences and " + steps.steps()
                    + " steps, but there are " + mean.size(0) + " and " + shape.positions());
        }
        return Objects.equals(steps, mask) ? this : sharing(shape, steps);
    }

    /**
     * Which steps are there, if these are sequences.
     *
     * @return the mask, or null for all
     */
    public @Nullable StepMask mask() {
        return mask;
    }

    /**
     * What the columns are.
     *
     * @return the shape of one example
     */
    public ExampleShape shape() {
        return shape;
    }

    /**
     * Moments with the squares that the next layer needs, where a unit has them at hand.
     *
     * @param mean the means
     * @param variance the variances
     * @param squaredMean mean^2, elementwise, or null if it is not at hand
     * @param secondMoment mean^2 + variance
     * @return the moments
     */
    public static Moments withSquares(
            INDArray mean, INDArray variance, @Nullable INDArray squaredMean, INDArray secondMoment) {
        Moments moments = new Moments(mean, variance, ExampleShape.ofExamples(mean), squaredMean == null, null);
        moments.squaredMean = squaredMean;
        moments.secondMoment = secondMoment;
        return moments;
    }

    /**
     * The same means with other variances.
     *
     * @param other the variances, shaped as the mean
     * @return moments that share means, and their squares where these are there; without a mask
     */
    public Moments withVariance(INDArray other) {
        Moments changed = new Moments(mean, other, shape, false, null);
        changed.squaredMean = squaredMean;
        return changed;
    }

    /**
     * The same moments, f-ordered: the columns lie one after the other, which is what patches are copied from.
     *
     * @return these moments if they are so already, else copies
     */
    public Moments columnMajor() {
        if (mean.ordering() == 'f' && (variance == null || variance.ordering() == 'f')) {
            return this;
        }
        return new Moments(mean.dup('f'), variance == null ? null : variance.dup('f'), shape, false, mask);
    }

    /**
     * The means.
     *
     * @return [minibatch, units]
     */
    public INDArray mean() {
        return mean;
    }

    /**
     * The variances.
     *
     * @return shaped as the mean, or null for observed values
     */
    public @Nullable INDArray variance() {
        return variance;
    }

    /**
     * The squares of the means, computed once.
     *
     * @return shaped as the mean; not to be changed
     */
    public INDArray squaredMean() {
        INDArray squares = squaredMean;
        if (squares == null) {
            squares = FusedLoop.product(mean, mean);
            squaredMean = squares;
        }
        return squares;
    }

    /**
     * Mean squares: squared mean plus variance, computed once.
     *
     * @return shaped as the mean; not to be changed
     */
    public INDArray secondMoment() {
        INDArray squares = secondMoment;
        if (squares == null) {
            squares = variance == null ? squaredMean() : FusedLoop.sum(squaredMean(), variance);
            secondMoment = squares;
        }
        return squares;
    }

    /**
     * Tells which of the squares these moments were made with, whatever was computed since.
     *
     * @return true if the mean squares, but not the squares of the means
     */
    public boolean hasSecondMomentOnly() {
        return secondMomentOnly;
    }

    /**
     * Tells whether the values are known exactly.
     *
     * @return true if there is no variance
     */
    public boolean isPointMass() {
        return variance == null;
    }
}
