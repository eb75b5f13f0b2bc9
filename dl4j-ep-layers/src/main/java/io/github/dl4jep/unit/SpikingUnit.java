package io.github.dl4jep.unit;

import io.github.dl4jep.activation.SpikingActivation;
import io.github.dl4jep.array.FusedLoop;
import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.normal.NormalTable;
import io.github.dl4jep.normal.StandardNormal;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A spike, v = 1 if u + e &gt;= 0, else 0, with threshold noise e ~ N(0, k): Heaviside for k = 0, Bernoulli-probit for k &gt; 0.
 * Exact; for a Bernoulli-sigmoid unit, whose sigmoid is replaced by the probit with k = 8 / pi, approximate to .02 (MacKay 1992,
 * Neural Computation 4, 720, doi:10.1162/neco.1992.4.5.720).
 *
 * <p>\( a = \Phi(\zeta) \), \( s = \Phi(\zeta)\Phi(-\zeta) \), \( D = \phi(\zeta) / \sqrt{V + k} \), \( \zeta = w / \sqrt{V + k} \):
 * u + e is Gaussian with variance V + k, and \( D = Cov(v, u) / V = da/dw \). Since v^2 = v, the second moment is a.
 *
 * <p>Limits: where V + k is 0 the spike is known: s = 0, and D = 0, its value everywhere but at u = 0. In double precision right
 * in both tails to |zeta| = 100 and beyond, where s and D underflow to 0; in single precision the spike is known from |zeta| = 7 on.
 */
public final class SpikingUnit extends ScalarUnit {

    /** Variance of the threshold noise whose probit is nearest to the logistic sigmoid. */
    static final double SIGMOID_NOISE_VARIANCE = 8 / Math.PI;

    /** Weights must be able to outgrow the threshold noise: their variance as a multiple of it. */
    private static final double GAIN_PER_NOISE = 8;

    private final SpikingActivation activation;
    private final double noiseVariance;

    /**
     * A unit.
     *
     * @param activation what point networks and draws compute
     * @param noiseVariance k, 0 for none
     */
    SpikingUnit(SpikingActivation activation, double noiseVariance) {
        this.activation = activation;
        this.noiseVariance = noiseVariance;
    }

    @Override
    public ScalarMoments scalarMoments(double mean, double variance) {
        double total = variance + noiseVariance;
        if (!(total > 0)) {
            // The zeros keep a NaN, so that the whole batch is rejected.
            return new ScalarMoments((mean >= 0 ? 1 : 0) + 0 * (mean + variance), 0 * variance, 0);
        }
        double deviation = Math.sqrt(total);
        double zeta = mean / deviation;
        double a = StandardNormal.cumulative(zeta);
        return new ScalarMoments(a, a * StandardNormal.cumulative(-zeta), StandardNormal.density(zeta) / deviation);
    }

    @Override
    public UnitMoments moments(Moments preActivation) {
        INDArray mean = preActivation.mean();
        INDArray variance = preActivation.variance();
        if (variance == null && noiseVariance > 0) {
            // The potential is known, the spike is not.
            return moments(new Moments(mean, Nd4j.zerosLike(mean)));
        }
        if (variance == null || !FusedLoop.accepts(mean, variance)) {
            return plainMoments(preActivation);
        }
        INDArray a = HostMemory.like(mean);
        INDArray[] results = {a, HostMemory.like(a), HostMemory.like(a), HostMemory.like(a)};
        float k = (float) noiseVariance;
        FusedLoop.run(
                (in, out, count, start, block) -> NormalTable.spikes(in, out, count, k),
                new INDArray[] {mean, variance},
                results);
        return new UnitMoments(Moments.withSquares(a, results[1], results[3], a), results[2]);
    }

    @Override
    public INDArray activate(INDArray potentials) {
        return activation.getActivation(potentials, false);
    }

    @Override
    public double priorGain() {
        return Math.max(1, GAIN_PER_NOISE * noiseVariance);
    }

    @Override
    public boolean isRising() {
        return noiseVariance == 0;
    }

    /** By w / sqrt(V), of which the probability of a spike is a rising function; infinite where the spike is known, w = 0 included. */
    @Override
    public void order(float[] mean, float[] variance, float[] key) {
        for (int i = 0; i < key.length; i++) {
            key[i] = (mean[i] + Float.MIN_NORMAL) / (float) Math.sqrt(variance[i]);
        }
    }
}
