package io.github.dl4jep.vertex;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.params.StockWeights;
import io.github.dl4jep.recurrent.IndexedSteps;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightPosterior;
import io.github.dl4jep.weight.WeightSite;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Weights whose row is chosen by an index, for each example or at each step: the linear map of the index written as a one-hot row, without
 * the products with its zeros. So the moments are those of the row, and what has the same index varies together. Exact.
 *
 * @param weights where the posteriors are, [indices, units]
 * @param indices number of rows of the weights
 * @param ofSequences whether an example without steps is a sequence of indices, one in each column
 */
public record EmbeddingMap(LayerWeights weights, int indices, boolean ofSequences) implements LinearMap {

    /** The chosen rows, the minibatch fastest, and how many for each example; 0 for one that is no step. */
    private static final class Chosen {

        private final int[] rows;
        private final int minibatch;
        private final int steps;

        Chosen(int[] rows, int minibatch, int steps) {
            this.rows = rows;
            this.minibatch = minibatch;
            this.steps = steps;
        }

        int stepsOrOne() {
            return Math.max(1, steps);
        }
    }

    private Chosen chosen(Moments input) {
        ExampleShape shape = input.shape();
        long length = shape.length();
        boolean isSequence =
                shape.spatialRank() == 1 && (shape.channels() == 1 || (ofSequences && length == shape.channels()));
        boolean isColumns = shape.spatialRank() == 0 && (length == 1 || ofSequences);
        if (!input.isPointMass() || !(isSequence || isColumns)) {
            throw new DL4JInvalidInputException("An embedding takes one observed index per example"
                    + (ofSequences ? " and step" : "") + ", but an example has shape " + shape
                    + (input.isPointMass() ? "" : " and is not observed") + " at " + describe()
                    + "; make it the first layer of the network");
        }
        int minibatch = Math.toIntExact(input.mean().size(0));
        int steps = isSequence || ofSequences ? Math.toIntExact(length) : 0;
        double[] values = Rows.columns(input.mean());
        int[] rows = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            rows[i] = (int) values[i];
            if (rows[i] != values[i] || rows[i] < 0 || rows[i] >= indices) {
                throw new DL4JInvalidInputException("The index of example " + i % minibatch
                        + (steps == 0 ? "" : " at step " + i / minibatch) + " is " + values[i]
                        + ", allowed are whole numbers from 0 to " + (indices - 1) + " at " + describe());
            }
        }
        return new Chosen(rows, minibatch, steps);
    }

    /** [steps x minibatch, units]. */
    private static INDArray rows(INDArray matrix, @Nullable INDArray bias, Chosen chosen) {
        INDArray rows = Nd4j.pullRows(matrix, 1, chosen.rows);
        return (bias == null ? rows : rows.addiRowVector(bias)).dup('f');
    }

    private static INDArray examples(INDArray rows, Chosen chosen) {
        return rows.reshape('f', chosen.minibatch, (long) chosen.stepsOrOne() * rows.columns());
    }

    private static Moments activation(INDArray mean, @Nullable INDArray variance, Chosen chosen, Moments input) {
        Moments moments = new Moments(examples(mean, chosen), variance == null ? null : examples(variance, chosen));
        return chosen.steps == 0
                ? moments
                : moments.shapedAs(ExampleShape.of(mean.columns(), chosen.steps))
                        .masked(input.mask());
    }

    private static Moments activation(WeightMoments of, @Nullable WeightMoments bias, Chosen chosen, Moments input) {
        return activation(
                rows(of.mean(), bias == null ? null : bias.mean(), chosen),
                rows(of.variance(), bias == null ? null : bias.variance(), chosen),
                chosen,
                input);
    }

    @Override
    public Pass forward(List<ForwardMessage> inputs, Sites pending) {
        Moments input = inputs.get(0).moments();
        Chosen chosen = chosen(input);
        BatchPart part = inputs.get(0).covariance().inducing().part();
        WeightMoments moments = weights.weights().moments(pending.site(weights.weightKey()));
        WeightPosterior bias = weights.bias();
        WeightMoments biasMoments = bias == null ? null : bias.momentsOfBias(pending.site(weights.biasKey()));
        double biasVariance = biasMoments == null ? 0 : Rows.mean(biasMoments.variance());
        return new Pass(
                new ForwardMessage(
                        activation(moments, biasMoments, chosen, input),
                        covariance(
                                chosen,
                                moments,
                                biasVariance,
                                inputs.get(0).covariance().inducing())),
                message -> Answer.of(null, sites(message.shift(), message.curvature(), chosen, part)));
    }

    private static BatchCovariance covariance(
            Chosen chosen, WeightMoments moments, double bias, InducingExamples inducing) {
        INDArray variances = moments.unitMeanVariance();
        if (!inducing.areAsked()) {
            return BatchCovariance.none(inducing);
        }
        int[] rows = chosen.rows;
        if (chosen.steps > 0) {
            IndexedSteps ofSteps = new IndexedSteps(
                    rows,
                    chosen.minibatch,
                    variances,
                    bias,
                    Math.toIntExact(moments.mean().columns()));
            return BatchCovariance.of(ofSteps, inducing.ofPart());
        }
        double[] ofRows = Rows.columns(variances);
        int[] others = inducing.numbers(rows.length);
        double[] columns = new double[rows.length * others.length];
        double[] own = new double[rows.length];
        for (int n = 0; n < rows.length; n++) {
            own[n] = bias + ofRows[rows[n]];
            for (int k = 0; k < others.length; k++) {
                columns[k * rows.length + n] = rows[n] == rows[others[k]] ? own[n] : bias;
            }
        }
        INDArray covariance = Rows.matrix(columns, rows.length, others.length, variances.dataType());
        return BatchCovariance.of(ExampleCovariance.of(inducing, covariance, own));
    }

    private Sites sites(INDArray shift, INDArray curvature, Chosen chosen, @Nullable BatchPart part) {
        boolean withPrecision = weights.weights().usesSitePrecision();
        Sites sites = Sites.of(
                weights.weightKey(),
                new WeightSite(summed(shift, chosen), withPrecision ? summed(curvature, chosen) : null));
        if (weights.bias() != null) {
            sites = sites.plus(Sites.of(
                    weights.biasKey(),
                    new WeightSite(
                            ofRows(shift, chosen).sum(true, 0),
                            ofRows(curvature, chosen).sum(true, 0))));
        }
        if (weights.inputMean() != null) {
            double[] seen = new double[indices];
            // At each step, or of the examples themselves.
            int all = chosen.minibatch;
            int first = part == null ? 0 : part.ownFrom();
            int own = part == null ? all : part.ownCount();
            int count = chosen.rows.length / all * own;
            for (int i = 0; i < chosen.rows.length; i++) {
                if (i % all >= first && i % all < first + own) {
                    seen[chosen.rows[i]] += 1.0 / count;
                }
            }
            INDArray mean = Rows.matrix(seen, 1, indices, shift.dataType());
            sites = sites.plus(Sites.of(weights.inputMeanKey(), Statistic.ofMean(mean, count)));
        }
        return sites;
    }

    private static INDArray ofRows(INDArray message, Chosen chosen) {
        return message.dup('f').reshape('f', chosen.rows.length, message.length() / chosen.rows.length);
    }

    /** For each index the sum over what chose it, [indices, units]. */
    private INDArray summed(INDArray message, Chosen chosen) {
        double[] values = Rows.columns(message);
        int count = chosen.rows.length;
        int units = values.length / count;
        double[] sums = new double[Math.multiplyExact(indices, units)];
        for (int i = 0; i < values.length; i++) {
            sums[i / count * indices + chosen.rows[i % count]] += values[i];
        }
        return Rows.matrix(sums, indices, units, message.dataType());
    }

    @Override
    public Moments predict(List<Moments> inputs) {
        return activation(weights.predictiveMoments(), weights.predictiveBias(), chosen(inputs.get(0)), inputs.get(0));
    }

    @Override
    public Moments sample(List<Moments> values) {
        return known(values.get(0), weights.layout().sample(weights.parameters().get()));
    }

    @Override
    public Moments point(Moments values) {
        return known(values, weights.layout().point(weights.parameters().get()));
    }

    private Moments known(Moments values, StockWeights plain) {
        Chosen chosen = chosen(values);
        return activation(rows(plain.weights(), plain.bias(), chosen), null, chosen, values);
    }

    @Override
    public boolean heedsMask(Moments input) {
        return true;
    }

    @Override
    public String describe() {
        return Objects.requireNonNull(weights.place().get());
    }

    @Override
    public Map<ParameterKey, Learner> learners() {
        return weights.learners();
    }
}
