package io.github.dl4jep.recurrent;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.array.FloatMatrix;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.weight.WeightMoments;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Products of a step with the recurrent weights against the sums that they stand for, written with ND4J's operations. */
class RecurrentWeightsTest {

    private static final int MINIBATCH = 3;
    private static final int UNITS = 5;
    private static final int GATES = 20;

    @BeforeEach
    void seed() {
        Nd4j.getRandom().setSeed(6);
    }

    private static INDArray normal(int rows, int columns) {
        return Nd4j.randn(DataType.FLOAT, rows, columns).dup('f');
    }

    private static INDArray positive(int rows, int columns) {
        return Nd4j.rand(DataType.FLOAT, rows, columns).addi(0.1).dup('f');
    }

    /** Where S and M^2 are products of a part of the input and one of the unit, means say all. */
    private static WeightMoments weights(String kind) {
        INDArray variance = positive(UNITS, 1).mmul(positive(1, GATES)).dup('f');
        INDArray mean = Transforms.sqrt(variance)
                .muli(2)
                .muli(Transforms.sign(normal(UNITS, GATES)))
                .dup('f');
        WeightMoments exact = WeightMoments.of(mean, variance);
        return switch (kind) {
            case "single" -> exact;
            case "means" ->
                WeightMoments.ofMeans(
                        mean,
                        variance,
                        exact.secondMoment(),
                        exact.unitMeanVariance(),
                        exact.unitMeanSquaredMean(),
                        new WeightMoments.InputMeans(
                                variance.mean(true, 0), mean.mul(mean).mean(true, 0)));
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static StepMoments moments(INDArray mean, INDArray variance) {
        return new StepMoments(Rows.floatColumns(mean), Rows.floatColumns(variance));
    }

    @ParameterizedTest
    @ValueSource(strings = {"single", "means"})
    void sumsAndMessages(String kind) {
        WeightMoments weights = weights(kind);
        INDArray mean = weights.mean();
        INDArray variance = weights.variance();
        INDArray square = mean.mul(mean).addi(variance);
        INDArray h = normal(MINIBATCH, UNITS);
        INDArray v = positive(MINIBATCH, UNITS);
        INDArray given = normal(MINIBATCH, GATES);
        INDArray ofGiven = positive(MINIBATCH, GATES);
        RecurrentWeights products = new RecurrentWeights(weights, MINIBATCH);
        INDArray toMean = given.dup('f');
        INDArray toVariance = ofGiven.dup('f');
        products.addMoments(moments(h, v), FloatMatrix.of(h), FloatMatrix.of(toMean), FloatMatrix.of(toVariance));
        assertClose(toMean, h.mmul(mean).addi(given));
        assertClose(toVariance, h.mul(h).mmul(variance).addi(v.mmul(square)).addi(ofGiven));

        INDArray shift = normal(MINIBATCH, GATES);
        INDArray curvature = positive(MINIBATCH, GATES);
        StepMessage atH = StepMessage.nothing(MINIBATCH * UNITS);
        products.back(FloatMatrix.of(shift), FloatMatrix.of(curvature), atH);
        assertClose(Rows.matrix(atH.shift, MINIBATCH, UNITS), shift.mmul(mean.transpose()));
        assertClose(Rows.matrix(atH.curvature, MINIBATCH, UNITS), curvature.mmul(square.transpose()));
    }

    private static void assertClose(INDArray actual, INDArray expected) {
        assertThat(actual.distance2(expected))
                .isLessThan(1e-5 * expected.norm2Number().doubleValue());
    }
}
