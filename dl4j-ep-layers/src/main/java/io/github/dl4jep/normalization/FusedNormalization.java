package io.github.dl4jep.normalization;

import io.github.dl4jep.array.ChannelLoop;
import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.normalization.NormalizationFactor.Back;
import io.github.dl4jep.normalization.NormalizationFactor.Forward;
import io.github.dl4jep.normalization.NormalizationFactor.Statistics;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightSite;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@link NormalizationFactor} on float activations, each channel in one go; held against the plain version by a test. */
final class FusedNormalization {

    private FusedNormalization() {}

    static Forward forward(Moments input, double epsilon, WeightMoments scale, WeightMoments shift) {
        int channels = Math.toIntExact(scale.mean().length());
        float[] means = new float[channels];
        float[] variances = new float[channels];
        float[] gammas = scale.mean().data().asFloat();
        float[] gammaVariances = scale.variance().data().asFloat();
        float[] betas = shift.mean().data().asFloat();
        float[] betaVariances = shift.variance().data().asFloat();
        INDArray variance = input.variance();
        INDArray[] inputs = variance == null ? new INDArray[] {input.mean()} : new INDArray[] {input.mean(), variance};
        List<INDArray> outputs = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            outputs.add(HostMemory.uninitialized(
                    input.mean().dataType(), input.mean().shape(), 'f'));
        }
        ChannelLoop.run(channels, inputs, outputs.toArray(INDArray[]::new), (channel, in, out) -> {
            float[] u = in[0];
            double mean = mean(u);
            double spread = meanSquare(u, mean);
            means[channel] = (float) mean;
            variances[channel] = (float) spread;
            float inverse = (float) (1 / Math.sqrt(spread + epsilon));
            float gamma = gammas[channel];
            normalise(u, (float) mean, inverse, out[0]);
            if (in.length > 1) {
                scaled(in[1], inverse * inverse, out[1]);
            }
            moments(out, gamma, gammaVariances[channel], betas[channel], betaVariances[channel]);
        });
        // Without variance of the input the array is 0, as it should be.
        Moments normalised = Moments.withSquares(outputs.get(0), outputs.get(1), null, outputs.get(2));
        return new Forward(
                new Statistics(row(means, input), row(variances, input)),
                normalised,
                new Moments(outputs.get(3), outputs.get(4)));
    }

    private static INDArray row(float[] values, Moments like) {
        return Nd4j.createFromArray(values)
                .reshape(1, values.length)
                .castTo(like.mean().dataType());
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double meanSquare(float[] values, double mean) {
        double sum = 0;
        for (float value : values) {
            double deviation = value - mean;
            sum += deviation * deviation;
        }
        return sum / values.length;
    }

    private static void normalise(float[] u, float mean, float inverse, float[] x) {
        for (int i = 0; i < u.length; i++) {
            x[i] = (u[i] - mean) * inverse;
        }
    }

    private static void scaled(float[] values, float factor, float[] result) {
        for (int i = 0; i < values.length; i++) {
            result[i] = values[i] * factor;
        }
    }

    /** out: x, v, x^2 + v, mean and variance of y. */
    private static void moments(float[][] out, float gamma, float gammaVariance, float beta, float betaVariance) {
        float[] x = out[0];
        float[] v = out[1];
        float[] secondMoment = out[2];
        float[] mean = out[3];
        float[] variance = out[4];
        float squaredGamma = gamma * gamma;
        for (int i = 0; i < x.length; i++) {
            secondMoment[i] = x[i] * x[i] + v[i];
        }
        for (int i = 0; i < x.length; i++) {
            mean[i] = gamma * x[i] + beta;
        }
        for (int i = 0; i < x.length; i++) {
            variance[i] = gammaVariance * secondMoment[i] + squaredGamma * v[i] + betaVariance;
        }
    }

    static Back back(BackwardMessage message, Moments normalised, WeightMoments scale, INDArray inverseDeviation) {
        int channels = Math.toIntExact(scale.mean().length());
        float[] gammas = scale.mean().data().asFloat();
        float[] gammaVariances = scale.variance().data().asFloat();
        float[] inverses = inverseDeviation.data().asFloat();
        float[][] sums = new float[4][channels];
        INDArray x = normalised.mean();
        INDArray shift = HostMemory.uninitialized(x.dataType(), x.shape(), 'f');
        INDArray precision = HostMemory.uninitialized(x.dataType(), x.shape(), 'f');
        ChannelLoop.run(
                channels,
                new INDArray[] {message.shift(), message.curvature(), x, normalised.secondMoment()},
                new INDArray[] {shift, precision},
                (channel, in, out) -> {
                    double along = dot(in[2], in[0]);
                    double common = mean(in[0]) * in[0].length;
                    sums[0][channel] = (float) along;
                    sums[1][channel] = (float) dot(in[3], in[1]);
                    sums[2][channel] = (float) common;
                    sums[3][channel] = (float) (mean(in[1]) * in[1].length);
                    float inverse = inverses[channel];
                    float gamma = gammas[channel];
                    toInput(
                            in,
                            out[0],
                            (float) (common / in[0].length),
                            (float) (along / in[0].length),
                            gamma * inverse);
                    scaled(in[1], (gamma * gamma + gammaVariances[channel]) * inverse * inverse, out[1]);
                });
        return new Back(
                new BackwardMessage(shift, precision),
                new WeightSite(row(sums[0], normalised), row(sums[1], normalised)),
                new WeightSite(row(sums[2], normalised), row(sums[3], normalised)));
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void toInput(float[][] in, float[] shift, float common, float along, float factor) {
        float[] z = in[0];
        float[] x = in[2];
        for (int i = 0; i < z.length; i++) {
            shift[i] = factor * (z[i] - common - along * x[i]);
        }
    }

    static boolean accepts(Moments input) {
        @Nullable INDArray variance = input.variance();
        return ChannelLoop.accepts(input.mean()) && (variance == null || ChannelLoop.accepts(variance));
    }
}
