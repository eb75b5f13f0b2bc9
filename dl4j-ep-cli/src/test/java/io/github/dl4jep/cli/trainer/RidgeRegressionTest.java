package io.github.dl4jep.cli.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.inverse.InvertMatrix;

class RidgeRegressionTest {

    private static final int ROWS = 25;

    private final Random random = new Random(3);
    private final INDArray inputs = inputs();

    private INDArray inputs() {
        INDArray array = normal(ROWS, 5);
        array.getColumn(4).assign(1);
        return array;
    }

    private INDArray normal(int rows, int columns) {
        INDArray array = Nd4j.create(DataType.DOUBLE, rows, columns);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                array.putScalar(i, j, (float) random.nextGaussian());
            }
        }
        return array;
    }

    /** Twenty batches of one row, and one of five. */
    private RidgeRegression.Fit best(INDArray labels) {
        RidgeRegression regression = new RidgeRegression(5, (int) labels.size(1));
        for (int from = 0; from < ROWS; from += from < 20 ? 1 : 5) {
            regression.add(
                    rows(inputs, from, from < 20 ? from + 1 : ROWS).castTo(DataType.FLOAT),
                    rows(labels, from, from < 20 ? from + 1 : ROWS).castTo(DataType.FLOAT));
        }
        return regression.best(inputs, labels);
    }

    private static INDArray rows(INDArray array, int from, int to) {
        return array.get(NDArrayIndex.interval(from, to), NDArrayIndex.all()).dup('c');
    }

    private double added(double penalty) {
        INDArray features = inputs.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 4));
        return penalty * features.mul(features).sumNumber().doubleValue() / 4;
    }

    private static INDArray solved(INDArray inputs, INDArray labels, double added) {
        INDArray gram = inputs.transpose()
                .mmul(inputs)
                .addi(Nd4j.eye(5).castTo(DataType.DOUBLE).mul(added));
        return InvertMatrix.invert(gram, false).mmul(inputs.transpose().mmul(labels));
    }

    /** Every row left out in turn, and the rest solved anew. */
    private INDArray withheld(INDArray labels, double added) {
        INDArray expected = Nd4j.create(DataType.DOUBLE, labels.shape());
        for (int row = 0; row < ROWS; row++) {
            INDArray others = row == 0
                    ? rows(inputs, 1, ROWS)
                    : row == ROWS - 1
                            ? rows(inputs, 0, row)
                            : Nd4j.vstack(rows(inputs, 0, row), rows(inputs, row + 1, ROWS));
            INDArray otherLabels = row == 0
                    ? rows(labels, 1, ROWS)
                    : row == ROWS - 1
                            ? rows(labels, 0, row)
                            : Nd4j.vstack(rows(labels, 0, row), rows(labels, row + 1, ROWS));
            expected.putRow(row, rows(inputs, row, row + 1).mmul(solved(others, otherLabels, added)));
        }
        return expected;
    }

    @Test
    void withheldPredictionsAreThoseWithoutTheRowAndThePenaltyIsTheBestPowerOfTen() {
        INDArray labels = inputs.mmul(normal(5, 2)).addi(normal(ROWS, 2));

        RidgeRegression.Fit fit = best(labels);

        INDArray expected = solved(inputs, labels, added(fit.penalty()));
        assertThat(fit.weights().sub(expected).amaxNumber().doubleValue()).isLessThan(1e-5);
        INDArray withheld = withheld(labels, added(fit.penalty()));
        assertThat(fit.withheld().sub(withheld).amaxNumber().doubleValue()).isLessThan(1e-5);
        assertThat(fit.error()).isCloseTo(error(withheld, labels), within(1e-5));
        for (double factor : new double[] {0.1, 10}) {
            assertThat(error(withheld(labels, added(factor * fit.penalty())), labels))
                    .isGreaterThanOrEqualTo(fit.error());
        }
    }

    private static double error(INDArray predicted, INDArray labels) {
        INDArray errors = predicted.sub(labels);
        return errors.mul(errors).meanNumber().doubleValue();
    }

    /** Labels without noise need none, those that are noise alone a large one. */
    @Test
    void thePenaltyFollowsTheNoise() {
        assertThat(best(inputs.mmul(normal(5, 1))).penalty()).isCloseTo(1e-4, within(1e-6));
        assertThat(best(normal(ROWS, 1)).penalty()).isGreaterThan(0.05);
    }

    @Test
    void whatIsNotFiniteIsRefused() {
        inputs.putScalar(3, 2, Double.POSITIVE_INFINITY);
        assertThatThrownBy(() -> best(normal(ROWS, 1))).isInstanceOf(ArithmeticException.class);
    }

    /** Against the normal equations; the third prediction has nothing to say that the others do not. */
    @Test
    void weightsOfThePredictionsMakeTheLossSmallest() {
        INDArray first = normal(200, 1);
        INDArray second = normal(200, 1);
        INDArray labels = first.mul(0.7).add(second.mul(1.9)).add(normal(200, 1));
        INDArray both = Nd4j.hstack(first, second);
        INDArray expected = InvertMatrix.invert(both.transpose().mmul(both), false)
                .mmul(both.transpose().mmul(labels));

        double[] found = RidgeSession.scales(List.of(first, second), sum -> error(sum, labels));
        double[] opposed = RidgeSession.scales(List.of(first, second, labels.neg()), sum -> error(sum, labels));

        assertThat(found[0]).isCloseTo(expected.getDouble(0), within(1e-3));
        assertThat(found[1]).isCloseTo(expected.getDouble(1), within(1e-3));
        assertThat(opposed[2]).isCloseTo(1e-3, within(1e-4));
    }
}
