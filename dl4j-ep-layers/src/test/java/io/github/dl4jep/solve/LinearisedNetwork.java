package io.github.dl4jep.solve;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.likelihood.Arrays2d;
import io.github.dl4jep.linear.BiasTerm;
import io.github.dl4jep.linear.LinearFactor;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.weight.WeightMoments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Layers of drawn weights and drawn gains, linearised: the Jacobian of its outputs by all weights as one plain matrix, and the same network by
 * the messages of {@link LinearFactor}. Activations are drawn, too: nothing here needs to be the value of a unit.
 */
final class LinearisedNetwork {

    final int batch;
    final int outputs;
    private final List<INDArray> inputs = new ArrayList<>();
    private final List<INDArray> gains = new ArrayList<>();
    private final List<WeightMoments> weights = new ArrayList<>();
    private final List<WeightMoments> biases = new ArrayList<>();

    LinearisedNetwork(SplittableRandom random, int batch, int... sizes) {
        this.batch = batch;
        this.outputs = sizes[sizes.length - 1];
        for (int l = 0; l + 1 < sizes.length; l++) {
            inputs.add(Arrays2d.uniform(random, batch, sizes[l], -1, 1));
            gains.add(Arrays2d.uniform(random, batch, sizes[l], 0, 1));
            // Units of the first layer vary alike; those of later ones, by their shares.
            INDArray ofInputs = Arrays2d.uniform(random, sizes[l], 1, 0.1, 1);
            INDArray ofUnits = Arrays2d.uniform(random, 1, sizes[l + 1], l == 0 ? 1 : 0.5, l == 0 ? 1 + 1e-12 : 2);
            weights.add(
                    WeightMoments.of(Arrays2d.uniform(random, sizes[l], sizes[l + 1], -1, 1), ofInputs.mmul(ofUnits)));
            biases.add(WeightMoments.of(Arrays2d.uniform(random, 1, sizes[l + 1], -1, 1), ofUnits.mul(0.3)));
        }
    }

    /** The covariance that travels with the messages. */
    BatchCovariance covariance() {
        BatchCovariance covariance = BatchCovariance.none();
        for (int l = 0; l < weights.size(); l++) {
            Moments seen = Moments.pointMass(inputs.get(l));
            covariance = LinearFactor.covarianceOfPreActivation(
                    new ForwardMessage(seen, covariance.through(l == 0 ? null : gains.get(l))),
                    weights.get(l),
                    biases.get(l));
        }
        return covariance;
    }

    /** d u_nc / d theta, row c * batch + n; columns: of each layer its weights, column by column, then its biases. */
    RealMatrix jacobian() {
        List<double[]> columns = new ArrayList<>();
        for (int l = 0; l < weights.size(); l++) {
            INDArray mean = weights.get(l).mean();
            for (int i = 0; i < mean.columns(); i++) {
                for (int j = 0; j <= mean.rows(); j++) {
                    columns.add(ofWeight(l, j, i));
                }
            }
        }
        return MatrixUtils.createRealMatrix(columns.toArray(double[][]::new)).transpose();
    }

    /** Of the weight from input j to unit i of layer l; of the bias if there is no such input. */
    private double[] ofWeight(int l, int j, int i) {
        double[] column = new double[batch * outputs];
        for (int n = 0; n < batch; n++) {
            double[] moved = new double[weights.get(l).mean().columns()];
            moved[i] = j < weights.get(l).mean().rows() ? inputs.get(l).getDouble(n, j) : 1;
            for (int next = l + 1; next < weights.size(); next++) {
                INDArray mean = weights.get(next).mean();
                double[] further = new double[mean.columns()];
                for (int to = 0; to < further.length; to++) {
                    for (int from = 0; from < moved.length; from++) {
                        further[to] += moved[from] * gains.get(next).getDouble(n, from) * mean.getDouble(from, to);
                    }
                }
                moved = further;
            }
            for (int c = 0; c < outputs; c++) {
                column[c * batch + n] = moved[c];
            }
        }
        return column;
    }

    /** Variances of all weights, in the order of the Jacobian. */
    double[] variances() {
        List<Double> all = new ArrayList<>();
        for (int l = 0; l < weights.size(); l++) {
            INDArray variance = weights.get(l).variance();
            for (int i = 0; i < variance.columns(); i++) {
                for (int j = 0; j < variance.rows(); j++) {
                    all.add(variance.getDouble(j, i));
                }
                all.add(biases.get(l).variance().getDouble(0, i));
            }
        }
        return all.stream().mapToDouble(value -> value).toArray();
    }

    /** By how much the means move by the messages of section 5, in the order of the Jacobian. */
    double[] moves(INDArray shift) {
        List<double[]> ofLayers = new ArrayList<>();
        INDArray z = shift;
        for (int l = weights.size() - 1; l >= 0; l--) {
            INDArray mean = weights.get(l).mean().dup();
            INDArray variance = weights.get(l).variance().dup();
            BackwardMessage message = new BackwardMessage(z, Nd4j.ones(DataType.DOUBLE, z.shape()));
            INDArray ofWeights = LinearFactor.messageToWeights(
                            message,
                            Moments.pointMass(inputs.get(l)),
                            WeightMoments.of(mean.dup(), variance.dup()),
                            false)
                    .shift()
                    .mul(variance);
            INDArray ofBias =
                    BiasTerm.message(message).shift().mul(biases.get(l).variance());
            ofLayers.add(0, Rows.columns(Nd4j.vstack(ofWeights, ofBias.reshape(1, ofBias.length()))));
            z = LinearFactor.messageToInput(message, WeightMoments.of(mean, variance))
                    .shift()
                    .mul(gains.get(l));
        }
        return ofLayers.stream().flatMapToDouble(Arrays::stream).toArray();
    }
}
