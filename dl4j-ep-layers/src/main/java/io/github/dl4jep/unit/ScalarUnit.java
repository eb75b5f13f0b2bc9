package io.github.dl4jep.unit;

import io.github.dl4jep.message.Moments;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A unit whose moments have a closed form for one element: the plain version, in double precision.
 *
 * <p>Subclasses give the formula; those on the hot path also override {@link #moments} with a fused loop, and are tested
 * against {@link #plainMoments}.
 */
public abstract class ScalarUnit implements Unit {

    /**
     * Moments of one element.
     *
     * @param mean mean of the pre-activation
     * @param variance variance of the pre-activation; 0 means known exactly
     * @return mean a, variance s, gain D
     */
    public abstract ScalarMoments scalarMoments(double mean, double variance);

    /**
     * Moments of one element's activation.
     *
     * @param mean a
     * @param variance s
     * @param gain D
     */
    public record ScalarMoments(double mean, double variance, double gain) {}

    @Override
    public UnitMoments moments(Moments preActivation) {
        return plainMoments(preActivation);
    }

    /**
     * The moments element by element.
     *
     * @param preActivation moments of u
     * @return mean a, variance s and gain D
     */
    public final UnitMoments plainMoments(Moments preActivation) {
        INDArray variances = preActivation.variance();
        if (variances == null) {
            return new UnitMoments(
                    Moments.pointMass(activate(preActivation.mean().dup())), null);
        }
        INDArray means = preActivation.mean();
        double[] w = means.dup('c').data().asDouble();
        double[] v = variances.dup('c').data().asDouble();
        double[] gain = new double[w.length];
        IntStream.range(0, w.length).parallel().forEach(i -> {
            ScalarMoments m = scalarMoments(w[i], v[i]);
            w[i] = m.mean();
            v[i] = m.variance();
            gain[i] = m.gain();
        });
        return new UnitMoments(new Moments(like(means, w), like(means, v)), like(means, gain));
    }

    private static INDArray like(INDArray shape, double[] values) {
        return Nd4j.createFromArray(values).reshape('c', shape.shape()).castTo(shape.dataType());
    }
}
