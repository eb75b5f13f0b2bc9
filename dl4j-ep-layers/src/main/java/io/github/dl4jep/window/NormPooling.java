package io.github.dl4jep.window;

import io.github.dl4jep.map.FixedMap;
import io.github.dl4jep.message.ForwardMessage;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * P-norm pooling \( y = (\sum_i |x_i|^p)^{1/p} \), linearised at the means: \( \partial y/\partial x_i =
 * sign(x_i) (|x_i|/y)^{p-1} \).
 *
 * <p>Approximate: right in the limit of small variances. The norm of uncertain units is larger than the norm of their means; that
 * part of the mean is left out. A window of zeros has no derivative and sends nothing back.
 */
public final class NormPooling implements FixedMap {

    private final WindowColumns windows;
    private final int norm;

    /**
     * A pooling.
     *
     * @param geometry where the windows lie
     * @param norm p, at least 1
     * @throws IllegalArgumentException if p is less than 1
     */
    public NormPooling(WindowGeometry geometry, int norm) {
        if (norm < 1) {
            throw new IllegalArgumentException("the norm of a pooling is " + norm + ", allowed are 1 and more");
        }
        this.windows = new WindowColumns(geometry);
        this.norm = norm;
    }

    @Override
    public Pass forward(ForwardMessage input) {
        INDArray mean = input.moments().mean();
        int batch = Math.toIntExact(mean.size(0));
        double[] x = LocalLinearisation.values(mean);
        double[] y = norms(x, batch);
        LocalLinearisation map = windows.linearisation(
                batch,
                (element, output, in) ->
                        y[output] == 0 ? 0 : Math.signum(x[in]) * Math.pow(Math.abs(x[in]) / y[output], norm - 1.0));
        return LinearisedPass.of(input, LocalLinearisation.array(y, mean), map, windows.outputShape());
    }

    private double[] norms(double[] x, int batch) {
        double[] sums = new double[windows.outputColumns() * batch];
        windows.linearisation(batch, (element, output, in) -> 1)
                .forEach((weight, output, in) -> sums[output] += Math.pow(Math.abs(x[in]), norm));
        for (int i = 0; i < sums.length; i++) {
            sums[i] = Math.pow(sums[i], 1.0 / norm);
        }
        return sums;
    }
}
