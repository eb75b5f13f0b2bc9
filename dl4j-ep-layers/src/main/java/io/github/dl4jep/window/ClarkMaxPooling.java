package io.github.dl4jep.window;

import io.github.dl4jep.map.FixedMap;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.normal.StandardNormal;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Max pooling by the moments of the maximum of two independent Gaussians, taken again and again over the window.
 *
 * <p>With \( a = \sqrt{v_1 + v_2} \) and \( \zeta = (m_1 - m_2)/a \): mean \( m = m_1 \Phi(\zeta) + m_2 \Phi(-\zeta) + a
 * \phi(\zeta) \), variance \( ((m_1-m)^2 + v_1) \Phi(\zeta) + ((m_2-m)^2 + v_2) \Phi(-\zeta) + (m_1 + m_2 - 2m) a \phi(\zeta)
 * \). The derivatives of the mean are \( \Phi(\zeta) \) and \( \Phi(-\zeta) \); their products along the window are the weights of
 * its elements: they carry the batch covariance and the message back. How a mean changes the variances further on is left out.
 *
 * <p>Exact for two independent Gaussian elements, their Gaussian maximum included; approximate for more, because a maximum is no
 * Gaussian. Ties of observed elements go to the first.
 *
 * <p>Source: Clark 1961, The greatest of a finite set of random variables, Operations Research 9.
 */
public final class ClarkMaxPooling implements FixedMap {

    private final WindowColumns windows;

    /**
     * A pooling.
     *
     * @param geometry where the windows lie
     */
    public ClarkMaxPooling(WindowGeometry geometry) {
        this.windows = new WindowColumns(geometry);
    }

    @Override
    public Pass forward(ForwardMessage input) {
        INDArray mean = input.moments().mean();
        INDArray variance = input.moments().variance();
        Maxima maxima = new Maxima(
                windows,
                Math.toIntExact(mean.size(0)),
                LocalLinearisation.values(mean),
                variance == null ? null : LocalLinearisation.values(variance));
        LocalLinearisation map =
                windows.linearisation(maxima.batch, (element, output, in) -> maxima.weights[element][output]);
        return LinearisedPass.of(
                input,
                LocalLinearisation.array(maxima.mean, mean),
                variance == null ? null : LocalLinearisation.array(maxima.variance, mean),
                map,
                windows.outputShape());
    }

    /** The running maximum of every window. */
    private static final class Maxima {

        private final WindowColumns windows;
        private final int batch;
        private final double[] inputMean;
        private final double @Nullable [] inputVariance;
        private final double[] mean;
        private final double[] variance;
        /** By element, then output. */
        private final float[][] weights;

        Maxima(WindowColumns windows, int batch, double[] inputMean, double @Nullable [] inputVariance) {
            this.windows = windows;
            this.batch = batch;
            this.inputMean = inputMean;
            this.inputVariance = inputVariance;
            int outputs = windows.outputColumns() * batch;
            this.mean = new double[outputs];
            this.variance = new double[outputs];
            this.weights = new float[windows.elements()][outputs];
            IntStream.range(0, windows.outputColumns()).parallel().forEach(this::column);
        }

        private void column(int column) {
            boolean empty = true;
            for (int element = 0; element < windows.elements(); element++) {
                int source = windows.source(element, column);
                if (source >= 0) {
                    for (int n = 0; n < batch; n++) {
                        add(element, column * batch + n, source * batch + n, empty);
                    }
                    empty = false;
                }
            }
        }

        private void add(int element, int output, int input, boolean first) {
            double m2 = inputMean[input];
            double v2 = inputVariance == null ? 0 : inputVariance[input];
            if (first) {
                mean[output] = m2;
                variance[output] = v2;
                weights[element][output] = 1;
                return;
            }
            double m1 = mean[output];
            double v1 = variance[output];
            double a = Math.sqrt(v1 + v2);
            // Without variance the larger one wins for sure; a NaN stays one.
            double zeta = a == 0 ? (m1 >= m2 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY) : (m1 - m2) / a;
            double stays = StandardNormal.cumulative(zeta);
            double goes = StandardNormal.cumulative(-zeta);
            double density = a == 0 ? 0 : a * StandardNormal.density(zeta);
            double m = m1 * stays + m2 * goes + density;
            mean[output] = m;
            variance[output] = ((m1 - m) * (m1 - m) + v1) * stays
                    + ((m2 - m) * (m2 - m) + v2) * goes
                    + (m1 + m2 - 2 * m) * density;
            for (int before = 0; before < element; before++) {
                weights[before][output] *= (float) stays;
            }
            weights[element][output] = (float) goes;
        }
    }
}
