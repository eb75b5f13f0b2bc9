package io.github.dl4jep.unit;

import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.array.ReusedWorkspace;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.normal.GaussHermiteRule;
import java.util.Set;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationRationalTanh;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationRectifiedTanh;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Any elementwise activation, by Gauss-Hermite quadrature. Approximate, exact only for polynomials up to degree n - 1.
 *
 * <p>Worst errors of the 32 nodes over means from -100 to 100, of the mean and gain in standard deviations of f, of the variance
 * relatively: smooth activations 1e-3 for V up to 1 and 1e-2 up to 4; activations with a kink 4e-2 and .2. For larger V the nodes
 * lie further apart than a bounded activation bends: up to .25. A jump inside the density costs up to .6.
 *
 * <p>The function is evaluated on all nodes of a block of elements at once; mean, variance and gain are then three small
 * matrix products. Values are taken relative to f(w), so that a small variance does not cancel:
 * \( a = f(w) + \sum\omega_i d_i \), \( s = \sum\omega_i (d_i - \sum\omega_j d_j)^2 \),
 * \( D = \sum\omega_i x_i d_i / \sqrt V \), \( d_i = f(w + \sqrt V x_i) - f(w) \).
 */
public final class QuadratureUnit implements Unit {

    /** Default number of nodes. */
    public static final int DEFAULT_NODES = 32;

    /** Elements per block: 32 nodes of 32k floats are 4 MB. */
    private static final int BLOCK = 1 << 15;

    private static final String WORKSPACE = "WS_EP_QUADRATURE";

    /** DL4J's activations that never fall; of ELU those with an alpha of 0 or more. */
    private static final Set<Class<?>> RISING = Set.of(
            ActivationCube.class,
            ActivationELU.class,
            ActivationHardSigmoid.class,
            ActivationHardTanH.class,
            ActivationRationalTanh.class,
            ActivationReLU6.class,
            ActivationRectifiedTanh.class,
            ActivationSELU.class,
            ActivationSigmoid.class,
            SoftPlus.class,
            ActivationSoftSign.class,
            ActivationTanH.class);

    private final IActivation activation;
    private final double priorGain;
    private final INDArray nodes;
    private final INDArray weights;

    /**
     * A unit for the activation with the default number of nodes.
     *
     * @param activation an elementwise activation without parameters
     */
    public QuadratureUnit(IActivation activation) {
        this(activation, DEFAULT_NODES, 1);
    }

    /**
     * A unit for the activation.
     *
     * @param activation an elementwise activation without parameters
     * @param nodeCount number of quadrature nodes, 1 to 128
     * @param priorGain gain of the weight prior, 2 for ReLU-like activations, else 1
     */
    public QuadratureUnit(IActivation activation, int nodeCount, double priorGain) {
        GaussHermiteRule rule = GaussHermiteRule.of(nodeCount);
        this.activation = activation;
        this.priorGain = priorGain;
        double[] x = rule.nodes();
        double[] omega = rule.weights();
        double[][] columns = new double[nodeCount][2];
        for (int i = 0; i < nodeCount; i++) {
            columns[i][0] = omega[i];
            columns[i][1] = omega[i] * x[i];
        }
        // A unit outlives the workspace of the batch in which it is first needed.
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            this.nodes = Nd4j.createFromArray(x).reshape(1, nodeCount);
            this.weights = Nd4j.createFromArray(columns);
        }
    }

    @Override
    public UnitMoments moments(Moments preActivation) {
        INDArray variance = preActivation.variance();
        if (variance == null) {
            return new UnitMoments(
                    Moments.pointMass(activate(preActivation.mean().dup())), null);
        }
        char order = preActivation.mean().ordering();
        INDArray w = preActivation.mean().dup(order).reshape(order, new long[] {variance.length()});
        INDArray v = variance.dup(order).reshape(order, new long[] {variance.length()});
        INDArray gain = HostMemory.like(w);
        for (long start = 0; start < w.length(); start += BLOCK) {
            // The values at all nodes are needed for this block only.
            try (MemoryWorkspace workspace = ReusedWorkspace.open(WORKSPACE)) {
                block(w, v, gain, start, Math.min(start + BLOCK, w.length()));
            }
        }
        Negligible.drop(w);
        Negligible.drop(v);
        Negligible.drop(gain);
        long[] shape = preActivation.mean().shape();
        return new UnitMoments(
                new Moments(w.reshape(order, shape), v.reshape(order, shape)), gain.reshape(order, shape));
    }

    /** Replaces w by the mean and v by the variance of the activation, in [start, end). */
    private void block(INDArray w, INDArray v, INDArray gain, long start, long end) {
        DataType type = w.dataType();
        INDArray center = slice(w, start, end);
        INDArray variance = slice(v, start, end);
        INDArray deviation = Transforms.sqrt(variance, true);
        INDArray atCenter = activate(center.dup());
        INDArray values = deviation.mmul(nodes.castTo(type)).addiColumnVector(center);
        values = activate(values).subiColumnVector(atCenter);
        INDArray sums = values.mmul(weights.castTo(type));
        INDArray rise = sums.getColumn(0, true);
        values.subiColumnVector(rise);
        INDArray squares = values.muli(values).mmul(weights.castTo(type).getColumn(0, true));
        gain.get(interval(start, end))
                .assign(gainOf(sums.getColumn(1, true), deviation).reshape(-1));
        // Some activations compare, and so answer a number to a NaN; the zeros keep it, and the whole batch is
        // rejected.
        center.muli(0).addi(atCenter).addi(rise);
        variance.muli(0).addi(squares);
    }

    /** Sum / sqrt(V); where V is 0 nothing is uncertain and the gain carries nothing, so it is 0 there. */
    private static INDArray gainOf(INDArray sums, INDArray deviation) {
        INDArray known = deviation.eq(0).castTo(deviation.dataType());
        return sums.div(deviation.add(known));
    }

    private static INDArray slice(INDArray vector, long start, long end) {
        return vector.get(interval(start, end)).reshape(end - start, 1);
    }

    private static org.nd4j.linalg.indexing.INDArrayIndex interval(long start, long end) {
        return org.nd4j.linalg.indexing.NDArrayIndex.interval(start, end);
    }

    @Override
    public INDArray activate(INDArray potentials) {
        return activation.getActivation(potentials, false);
    }

    @Override
    public double priorGain() {
        return priorGain;
    }

    @Override
    public boolean isRising() {
        boolean falls = activation instanceof ActivationELU elu && elu.getAlpha() < 0;
        return RISING.contains(activation.getClass()) && !falls;
    }
}
