package io.github.dl4jep.linear;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightSite;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Variances, curvatures and precisions by means against the matrix products that they stand for. */
class MeanProductsTest {

    @BeforeEach
    void seed() {
        Nd4j.getRandom().setSeed(12);
    }

    private static INDArray positive(int rows, int columns) {
        return Nd4j.rand(DataType.DOUBLE, rows, columns).addi(0.1);
    }

    /** The same weights, with their means only. */
    private static WeightMoments byMeans(WeightMoments exact) {
        INDArray squares = exact.mean().mul(exact.mean());
        return WeightMoments.ofMeans(
                exact.mean().dup('f'),
                exact.variance().dup('f'),
                exact.secondMoment(),
                exact.unitMeanVariance(),
                exact.unitMeanSquaredMean(),
                new WeightMoments.InputMeans(exact.variance().mean(true, 0), squares.mean(true, 0)));
    }

    /** S and M^2 are the same product of an input's and a unit's part, up to a factor. */
    private static WeightMoments ofRankOne(int inputs, int units) {
        INDArray variance = positive(inputs, 1).mmul(positive(1, units));
        INDArray signs = Transforms.sign(Nd4j.randn(DataType.DOUBLE, inputs, units));
        return WeightMoments.of(Transforms.sqrt(variance).muli(3).muli(signs), variance);
    }

    private static Moments inputs(String kind, int rows, int columns) {
        INDArray mean = Nd4j.randn(DataType.DOUBLE, rows, columns).dup('f');
        INDArray variance = positive(rows, columns).dup('f');
        return switch (kind) {
            case "observed" -> Moments.pointMass(mean);
            case "secondMoment" ->
                Moments.withSquares(mean, variance, null, mean.mul(mean).addi(variance));
            default -> new Moments(mean, variance);
        };
    }

    private static double largestError(INDArray actual, INDArray expected) {
        return Transforms.abs(actual.sub(expected))
                .div(Transforms.abs(expected))
                .maxNumber()
                .doubleValue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"observed", "uncertain", "secondMoment"})
    void exactWhereVariancesAreProductsOfInputsAndUnits(String kind) {
        WeightMoments exact = ofRankOne(7, 5);
        Moments input = inputs(kind, 6, 7);
        Moments expected = LinearFactor.messageToPreActivation(input, exact, null);
        Moments actual = LinearFactor.messageToPreActivation(input, byMeans(exact), null);
        assertThat(largestError(actual.mean(), expected.mean())).isLessThan(1e-12);
        assertThat(largestError(actual.variance(), expected.variance())).isLessThan(1e-12);
        assertThat(largestError(byMeans(exact).varianceOfSums(), exact.variance()))
                .isLessThan(1e-12);
        BackwardMessage message = new BackwardMessage(Nd4j.randn(DataType.DOUBLE, 6, 5), positive(6, 5));
        BackwardMessage toInput = LinearFactor.messageToInput(message, exact);
        BackwardMessage byMeans = LinearFactor.messageToInput(message, byMeans(exact));
        assertThat(largestError(byMeans.shift(), toInput.shift())).isLessThan(1e-12);
        assertThat(largestError(byMeans.curvature(), toInput.curvature())).isLessThan(1e-12);
    }

    /**
     * Sums over a few hundred weights know their variances to some per cent; with uncertain inputs closer, because \( v\,Q \) stays a
     * product.
     */
    @Test
    void nearlyExactForManyWeights() {
        WeightMoments exact = WeightMoments.of(Nd4j.randn(DataType.DOUBLE, 400, 300), positive(400, 300));
        assertThat(deviation(inputs("observed", 20, 400), exact)).isBetween(1e-4, 0.1);
        assertThat(deviation(inputs("uncertain", 20, 400), exact)).isBetween(1e-4, 0.03);
    }

    /** Root mean square of the relative errors of variances. */
    private static double deviation(Moments input, WeightMoments exact) {
        INDArray expected =
                LinearFactor.messageToPreActivation(input, exact, null).variance();
        INDArray actual =
                LinearFactor.messageToPreActivation(input, byMeans(exact), null).variance();
        assertThat(actual.meanNumber().doubleValue() / expected.meanNumber().doubleValue())
                .isBetween(0.98, 1.02);
        INDArray relative = actual.div(expected).subi(1);
        return relative.norm2Number().doubleValue() / Math.sqrt(relative.length());
    }

    /** Of uncertain inputs with certain weights nothing is replaced. */
    @Test
    void variancesOfInputsStayProducts() {
        WeightMoments exact =
                WeightMoments.of(Nd4j.randn(DataType.DOUBLE, 40, 30), Nd4j.zeros(DataType.DOUBLE, 40, 30));
        Moments uncertain = inputs("uncertain", 20, 40);
        assertThat(largestError(
                        LinearFactor.messageToPreActivation(uncertain, byMeans(exact), null)
                                .variance(),
                        LinearFactor.messageToPreActivation(uncertain, exact, null)
                                .variance()))
                .isLessThan(1e-12);
    }

    /** Precisions are those of one example in eight, whichever they are, times eight; of few examples all are asked. */
    @ParameterizedTest
    @ValueSource(ints = {20, 32, 128, 131})
    void precisionsAreThoseOfAShareOfTheExamples(int rows) {
        int share = Math.max(1, Math.min(8, rows / 16));
        WeightMoments weights = byMeans(ofRankOne(7, 5));
        Moments input = inputs("uncertain", rows, 7);
        BackwardMessage message = new BackwardMessage(
                Nd4j.randn(DataType.DOUBLE, rows, 5).dup('f'), positive(rows, 5).dup('f'));
        INDArray shift = input.mean().transpose().mmul(message.shift());
        WeightSite site = LinearFactor.messageToWeights(message, input, weights, true);
        assertThat(largestError(site.shift(), shift)).isLessThan(1e-9);
        double best = Double.MAX_VALUE;
        for (int first = 0; first < share; first++) {
            INDArray seen = input.secondMoment()
                    .get(NDArrayIndex.interval(first, share, rows), NDArrayIndex.all())
                    .dup();
            INDArray curvature = message.curvature()
                    .get(NDArrayIndex.interval(first, share, rows), NDArrayIndex.all())
                    .dup();
            INDArray expected = seen.transpose().mmul(curvature).muli((double) rows / seen.rows());
            best = Math.min(best, largestError(site.requiredPrecision(), expected));
        }
        assertThat(best).isLessThan(1e-9);
    }

    /** Each batch asks others: over many batches every place in a batch is asked. */
    @Test
    void everyPlaceInABatchIsAsked() {
        Set<Double> asked = new HashSet<>();
        for (int batch = 0; batch < 60; batch++) {
            BatchPart whole = BatchPart.whole(batch + 1, 128, 128);
            INDArray curvature = Nd4j.zeros(DataType.DOUBLE, 128, 1);
            for (int row = 0; row < 128; row++) {
                curvature.putScalar(row, 0, row % 8);
            }
            Moments input =
                    Moments.pointMass(Nd4j.randn(DataType.DOUBLE, 128, 3).dup('f'));
            INDArray sum = Nd4j.create(DataType.DOUBLE, new long[] {3, 1}, 'f');
            MeanProducts.precisionOfSome(input, curvature.dup('f'), sum, whole, 1);
            INDArray ones = Nd4j.create(DataType.DOUBLE, new long[] {3, 1}, 'f');
            MeanProducts.precisionOfSome(
                    input, Nd4j.ones(DataType.DOUBLE, 128, 1).dup('f'), ones, whole, 1);
            asked.add((double) Math.round(sum.getDouble(0) / ones.getDouble(0)));
        }
        assertThat(asked).containsExactlyInAnyOrder(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0);
    }

    /** Of examples with several rows all are asked of the same examples; so few that one would count for all are all asked. */
    @ParameterizedTest
    @CsvSource({"64, 5, 8", "20, 30, 5", "3, 50, 1", "200, 2, 8"})
    void precisionsOfSequencesAreThoseOfSomeExamples(int minibatch, int steps, int share) {
        int rows = minibatch * steps;
        Moments input = inputs("uncertain", rows, 7);
        BackwardMessage message = new BackwardMessage(
                Nd4j.randn(DataType.DOUBLE, rows, 5).dup('f'), positive(rows, 5).dup('f'));
        INDArray precision = sequences(message, input, BatchPart.whole(3, minibatch, minibatch), steps);
        double best = Double.MAX_VALUE;
        for (int first = 0; first < share; first++) {
            INDArray sum = Nd4j.zeros(DataType.DOUBLE, 7, 5);
            int asked = 0;
            for (int n = first; n < minibatch; n += share) {
                asked++;
                for (int t = 0; t < steps; t++) {
                    int row = t * minibatch + n;
                    sum.addi(input.secondMoment()
                            .getRow(row, true)
                            .transpose()
                            .mmul(message.curvature().getRow(row, true)));
                }
            }
            best = Math.min(best, largestError(precision, sum.muli((double) minibatch / asked)));
        }
        assertThat(best).isLessThan(1e-9);
    }

    private static INDArray sequences(BackwardMessage message, Moments input, BatchPart part, int steps) {
        return LinearFactor.messageToWeights(message, input, byMeans(ofRankOne(7, 5)), true, part, steps)
                .requiredPrecision();
    }

    /** Parts ask the examples that the whole batch would, also where rows of inducing examples stand between their own. */
    @Test
    void precisionsOfPartsAddUp() {
        int minibatch = 64;
        int steps = 5;
        Moments input = inputs("uncertain", minibatch * steps, 7);
        BackwardMessage message = new BackwardMessage(
                Nd4j.randn(DataType.DOUBLE, minibatch * steps, 5).dup('f'),
                positive(minibatch * steps, 5).dup('f'));
        INDArray whole = sequences(message, input, BatchPart.whole(3, minibatch, 8), steps);
        INDArray sum = Nd4j.zeros(DataType.DOUBLE, 7, 5);
        for (int from : new int[] {0, 30}) {
            BatchPart part = new BatchPart(3, minibatch, 8, from, from == 0 ? 30 : 64);
            int[] rows = IntStream.range(0, steps)
                    .flatMap(t -> Arrays.stream(part.rows()).mapToInt(n -> t * minibatch + (int) n))
                    .toArray();
            INDArray curvature = Nd4j.pullRows(message.curvature(), 1, rows, 'f');
            for (int row = 0; row < rows.length; row++) {
                int n = rows[row] % minibatch;
                if (n < part.from() || n >= part.to()) {
                    curvature.getRow(row).assign(0);
                }
            }
            Moments seen = new Moments(
                    Nd4j.pullRows(input.mean(), 1, rows, 'f'),
                    Nd4j.pullRows(Objects.requireNonNull(input.variance()), 1, rows, 'f'));
            BackwardMessage own = new BackwardMessage(Nd4j.pullRows(message.shift(), 1, rows, 'f'), curvature);
            sum.addi(sequences(own, seen, part, steps));
        }
        assertThat(largestError(sum, whole)).isLessThan(1e-9);
    }
}
