package io.github.dl4jep.message;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The covariance of steps of several activations that do not depend on the same weights, beside one another or added up.
 *
 * @param parts covariance of each
 * @param factor factor of all; the square of the activations' factor
 * @param beside whether units are beside one another, or added
 */
record CombinedSteps(List<StepCovariance> parts, double factor, boolean beside) implements StepCovariance {

    @Override
    public float[][] passedOn(@Nullable INDArray gain, float[] q, Pairs pairs) {
        float[][] sum = new float[0][];
        int from = 0;
        for (StepCovariance part : parts) {
            int to = from + part.units();
            float[][] passedOn = beside
                    ? part.passedOn(columns(gain, from, to), Arrays.copyOfRange(q, from, to), pairs)
                    : part.passedOn(gain, q, pairs);
            if (sum.length == 0) {
                sum = new float[passedOn.length][];
                for (int t = 0; t < sum.length; t++) {
                    sum[t] = new float[passedOn[t].length];
                }
            }
            for (int t = 0; t < sum.length; t++) {
                for (int i = 0; i < sum[t].length; i++) {
                    sum[t][i] += (float) factor * passedOn[t][i];
                }
            }
            from = to;
        }
        return sum;
    }

    private static @Nullable INDArray columns(@Nullable INDArray gain, int from, int to) {
        return gain == null
                ? null
                : gain.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to)).dup('f');
    }

    @Override
    public BatchCovariance last() {
        BatchCovariance last = BatchCovariance.none();
        for (StepCovariance part : parts) {
            double share = beside ? (double) part.units() / units() : 1;
            last = last.plus(part.last().collapsed().times(factor * share));
        }
        return last;
    }

    @Override
    public int units() {
        return beside
                ? parts.stream().mapToInt(StepCovariance::units).sum()
                : parts.get(0).units();
    }

    @Override
    public int minibatch() {
        return parts.get(0).minibatch();
    }

    @Override
    public DataType type() {
        return parts.get(0).type();
    }
}
