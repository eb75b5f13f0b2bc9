package io.github.dl4jep.unit;

import io.github.dl4jep.array.FastExp;
import io.github.dl4jep.array.FusedLoop;
import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.message.Moments;
import java.util.Arrays;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The logistic sigmoid and tanh(u) = 2 sigma(2u) - 1, for any variance: the gates of recurrent layers.
 *
 * <p>The sigmoid is a mixture of probits, \( \sigma(u) = \sum_k p_k \Phi(\lambda_k u) \), to 6e-7, so its mean is
 * \( a = \sum_k p_k \Phi(x_k) \), \( x_k = r_k w \), \( r_k = \lambda_k / \sqrt{1 + \lambda_k^2 V} \), and the gain its derivative
 * by w. Since \( \sigma' = \sigma - \sigma^2 \), the variance is \( s = a (1 - a) - D \). That cancels where V is small; there it is
 * the series \( s = \sum_k V^k (d^k a / dw^k)^2 / k! \), whose terms are all positive, to the third.
 *
 * <p>Errors are below 1e-5 of the sigmoid's range in every variance. Single precision; a network in double precision is computed so,
 * too. A variance of 0 gives the function itself.
 *
 * <p>Source of the mixture: Monahan and Stefanski 1989, Handbook of the Logistic Distribution, chapter 22; weights and scales are our
 * own fit, five components, least largest error.
 */
public final class LogisticUnit implements Unit {

    private static final float[] WEIGHTS = {0.023350362f, 0.20785366f, 0.429875f, 0.2946834f, 0.04423758f};
    private static final float[] SCALES = {0.29154935f, 0.4110351f, 0.5763758f, 0.8041212f, 1.1229527f};

    private static final float SQRT_HALF = (float) Math.sqrt(0.5);
    private static final float DENSITY_AT_0 = (float) (1 / Math.sqrt(2 * Math.PI));

    /** Between these variances the series gives way to the closed form. */
    private static final float SERIES_TO = 0.2f;

    private static final float CLOSED_FROM = 0.25f;

    /** So many elements are worked on at once, so that they stay in the processor's cache. */
    private static final int BLOCK = 1024;

    private final IActivation activation;
    private final float range;
    private final float slope;
    private final float offset;

    private LogisticUnit(IActivation activation, float range, float slope, float offset) {
        this.activation = activation;
        this.range = range;
        this.slope = slope;
        this.offset = offset;
    }

    /**
     * The sigmoid.
     *
     * @return the unit
     */
    public static LogisticUnit sigmoid() {
        return new LogisticUnit(new ActivationSigmoid(), 1, 1, 0);
    }

    /**
     * The hyperbolic tangent.
     *
     * @return the unit
     */
    public static LogisticUnit tanh() {
        return new LogisticUnit(new ActivationTanH(), 2, 2, -1);
    }

    @Override
    public UnitMoments moments(Moments preActivation) {
        INDArray variance = preActivation.variance();
        if (variance == null) {
            return new UnitMoments(
                    Moments.pointMass(activate(preActivation.mean().dup())), null);
        }
        DataType type = variance.dataType();
        char order = preActivation.mean().ordering();
        INDArray w = preActivation.mean().castTo(DataType.FLOAT).dup(order);
        INDArray v = variance.castTo(DataType.FLOAT).dup(order);
        INDArray gain = HostMemory.like(w);
        FusedLoop.run(
                (in, out, count, start, block) -> {
                    System.arraycopy(in[0], 0, out[0], 0, count);
                    System.arraycopy(in[1], 0, out[1], 0, count);
                    moments(out[0], out[1], out[2], 0, count);
                },
                new INDArray[] {w, v},
                new INDArray[] {w, v, gain});
        return new UnitMoments(new Moments(w.castTo(type), v.castTo(type)), gain.castTo(type));
    }

    /**
     * Replaces moments of the potential by those of the activation.
     *
     * @param mean w, becomes a
     * @param variance V, becomes s
     * @param gain becomes D
     * @param from first element
     * @param to element behind the last
     */
    public void moments(float[] mean, float[] variance, float[] gain, int from, int to) {
        Block block = new Block(Math.min(BLOCK, to - from));
        for (int at = from; at < to; at += BLOCK) {
            int count = Math.min(BLOCK, to - at);
            block.read(mean, variance, at, count, slope);
            for (int k = 0; k < WEIGHTS.length; k++) {
                block.addProbit(count, WEIGHTS[k], SCALES[k]);
            }
            block.combine(count);
            for (int i = 0; i < count; i++) {
                mean[at + i] = offset + range * block.mean[i];
            }
            for (int i = 0; i < count; i++) {
                variance[at + i] = range * range * block.variance[i];
            }
            for (int i = 0; i < count; i++) {
                gain[at + i] = range * slope * block.first[i];
            }
        }
        Negligible.drop(mean, from, to);
        Negligible.drop(variance, from, to);
        Negligible.drop(gain, from, to);
    }

    /**
     * Some elements on their way through the mixture. Each loop fills one array: Java's compiler puts such a loop into vector registers,
     * and one that fills several it does not, which makes it twenty times slower.
     */
    private static final class Block {

        /** w, at the end a. */
        private final float[] mean;

        /** V, at the end s, both of the sigmoid. */
        private final float[] variance;

        /** 2 a - 1. */
        private final float[] sum;

        private final float[] first;
        private final float[] second;
        private final float[] third;

        private final float[] r;
        private final float[] x;
        private final float[] density;

        Block(int size) {
            mean = new float[size];
            variance = new float[size];
            sum = new float[size];
            first = new float[size];
            second = new float[size];
            third = new float[size];
            r = new float[size];
            x = new float[size];
            density = new float[size];
        }

        /** Takes the potentials of the sigmoid, and starts its sums from 0. */
        void read(float[] w, float[] v, int from, int count, float slope) {
            for (int i = 0; i < count; i++) {
                mean[i] = slope * w[from + i];
            }
            for (int i = 0; i < count; i++) {
                variance[i] = slope * slope * v[from + i];
            }
            Arrays.fill(sum, 0);
            Arrays.fill(first, 0);
            Arrays.fill(second, 0);
            Arrays.fill(third, 0);
        }

        /** One probit of the mixture: 2 a - 1 and the first three derivatives of a. */
        void addProbit(int count, float weight, float scale) {
            for (int i = 0; i < count; i++) {
                r[i] = scale / (float) Math.sqrt(1 + scale * scale * variance[i]);
            }
            for (int i = 0; i < count; i++) {
                x[i] = r[i] * mean[i];
            }
            for (int i = 0; i < count; i++) {
                density[i] = weight * r[i] * DENSITY_AT_0 * FastExp.of(-0.5f * x[i] * x[i]);
            }
            for (int i = 0; i < count; i++) {
                sum[i] += weight * erf(x[i] * SQRT_HALF);
            }
            for (int i = 0; i < count; i++) {
                first[i] += density[i];
            }
            for (int i = 0; i < count; i++) {
                second[i] -= r[i] * x[i] * density[i];
            }
            for (int i = 0; i < count; i++) {
                third[i] += r[i] * r[i] * (x[i] * x[i] - 1) * density[i];
            }
        }

        /** Mean and variance of the sigmoid from the sums; its gain is the first derivative. */
        void combine(int count) {
            for (int i = 0; i < count; i++) {
                mean[i] = 0.5f + 0.5f * sum[i];
            }
            float[] series = x;
            for (int i = 0; i < count; i++) {
                float v = variance[i];
                series[i] = v
                        * (first[i] * first[i]
                                + v * (0.5f * second[i] * second[i] + v * third[i] * third[i] * (1f / 6)));
            }
            float[] closed = r;
            for (int i = 0; i < count; i++) {
                closed[i] = Math.max(series[i], mean[i] * (1 - mean[i]) - first[i]);
            }
            for (int i = 0; i < count; i++) {
                float share = Math.max(0, Math.min(1, (variance[i] - SERIES_TO) * (1 / (CLOSED_FROM - SERIES_TO))));
                variance[i] = series[i] + share * (closed[i] - series[i]);
            }
        }
    }

    /** To rounding; an odd rational function, without branches. */
    private static float erf(float x) {
        float c = Math.max(-4, Math.min(4, x));
        float y = c * c;
        float p = y * -2.7261424e-10f + 2.7706815e-8f;
        p = p * y - 2.101024e-6f;
        p = p * y - 5.6925062e-5f;
        p = p * y - 7.3499064e-4f;
        p = p * y - 0.0029546f;
        p = p * y - 0.016096033f;
        float q = y * -1.45660715e-5f - 2.1337405e-4f;
        q = q * y - 0.001682827f;
        q = q * y - 0.0073733293f;
        q = q * y - 0.014264739f;
        return c * p / q;
    }

    @Override
    public INDArray activate(INDArray potentials) {
        return activation.getActivation(potentials, false);
    }

    @Override
    public double priorGain() {
        return 1;
    }

    @Override
    public boolean isRising() {
        return true;
    }
}
