package io.github.dl4jep.linear;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.weight.WeightMoments;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The products of groups against products with one matrix that is 0 wherever a unit does not see a column. */
class GroupedProductTest {

    private static final int GROUPS = 3;
    private static final int FAN_IN = 4;
    private static final int UNITS = 2;
    private static final double ROUNDING = 1e-4;

    private final GroupedProduct product = new GroupedProduct(GROUPS);
    private INDArray w;

    @BeforeEach
    void seed() {
        Nd4j.getRandom().setSeed(17);
        w = normal(FAN_IN, GROUPS * UNITS);
    }

    private static INDArray normal(long rows, long columns) {
        return Nd4j.randn(DataType.FLOAT, rows, columns).dup('f');
    }

    /** [groups x fan-in, groups x units], from [fan-in, groups x units]. */
    private static INDArray whole(INDArray weights) {
        INDArray whole = Nd4j.zeros(weights.dataType(), (long) GROUPS * FAN_IN, GROUPS * UNITS);
        for (int unit = 0; unit < GROUPS * UNITS; unit++) {
            for (int k = 0; k < FAN_IN; k++) {
                whole.putScalar(unit / UNITS * FAN_IN + k, unit, weights.getDouble(k, unit));
            }
        }
        return whole;
    }

    /** The other way; what lies between the groups is left out. */
    private static INDArray compact(INDArray whole) {
        INDArray weights = Nd4j.zeros(whole.dataType(), FAN_IN, GROUPS * UNITS);
        for (int unit = 0; unit < GROUPS * UNITS; unit++) {
            for (int k = 0; k < FAN_IN; k++) {
                weights.putScalar(k, unit, whole.getDouble(unit / UNITS * FAN_IN + k, unit));
            }
        }
        return weights;
    }

    private static void assertSame(INDArray actual, INDArray expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(ROUNDING);
    }

    /** Few rows on one thread, many on all. */
    @ParameterizedTest
    @ValueSource(ints = {5, 6000})
    void threeProducts(int rows) {
        INDArray x = normal(rows, (long) GROUPS * FAN_IN);
        INDArray z = normal(rows, (long) GROUPS * UNITS).divi(Math.sqrt(rows));
        INDArray sum = normal(rows, (long) GROUPS * UNITS);
        INDArray site = normal(FAN_IN, (long) GROUPS * UNITS);

        INDArray added = sum.dup('f');
        product.times(x, w, added, true);
        assertSame(added, sum.add(x.mmul(whole(w))));
        INDArray written = sum.dup('f').assign(Float.NaN);
        product.times(x, w, written, false);
        assertSame(written, x.mmul(whole(w)));

        assertSame(product.timesTransposed(z, w), z.mmul(whole(w).transpose()));

        added = site.dup('f');
        product.transposedTimes(x, z, added, true);
        assertSame(added, site.add(compact(x.transpose().mmul(z))));
        written = site.dup('f').assign(Float.NaN);
        product.transposedTimes(x, z, written, false);
        assertSame(written, compact(x.transpose().mmul(z)));
    }

    @Test
    void thePlainVersionsAgree() {
        INDArray x = normal(5, (long) GROUPS * FAN_IN);
        INDArray z = normal(5, (long) GROUPS * UNITS);
        INDArray sum = normal(5, (long) GROUPS * UNITS);
        INDArray site = normal(FAN_IN, (long) GROUPS * UNITS);

        INDArray fast = sum.dup('f');
        INDArray plain = sum.dup('f');
        product.times(x, w, fast, true);
        product.plainTimes(x, w, plain, true);
        assertSame(fast, plain);

        fast = product.timesTransposed(z, w);
        assertSame(fast, product.plainTimesTransposed(z, w, fast.ulike()));

        fast = site.dup('f');
        plain = site.dup('f');
        product.transposedTimes(x, z, fast, true);
        product.plainTransposedTimes(x, z, plain, true);
        assertSame(fast, plain);
    }

    @Test
    void resultsOfAnyOrderAreWritten() {
        INDArray x = normal(5, (long) GROUPS * FAN_IN);
        INDArray z = normal(5, (long) GROUPS * UNITS);
        INDArray sum = Nd4j.zeros(DataType.FLOAT, 5, GROUPS * UNITS).dup('c');
        INDArray site = Nd4j.zeros(DataType.FLOAT, FAN_IN, GROUPS * UNITS).dup('c');

        product.times(x, w, sum, false);
        product.transposedTimes(x, z, site, false);

        assertSame(sum, x.mmul(whole(w)));
        assertSame(site, compact(x.transpose().mmul(z)));
    }

    /** Weights of one magnitude have no array of second moments. */
    @Test
    void uniformSecondMoments() {
        WeightGroups groups = new WeightGroups(GROUPS);
        INDArray variance = Nd4j.rand(DataType.FLOAT, FAN_IN, GROUPS * UNITS).dup('f');
        INDArray mean = Transforms.sqrt(Nd4j.onesLike(variance).subi(variance), false);
        WeightMoments uniform = WeightMoments.ofOneMagnitude(mean, variance, variance.mean(true, 1), 1);
        WeightMoments general = WeightMoments.of(mean, variance);
        Moments input = new Moments(
                normal(5, (long) GROUPS * FAN_IN),
                Nd4j.rand(DataType.FLOAT, 5, GROUPS * FAN_IN).dup('f'));
        BackwardMessage message = new BackwardMessage(
                normal(5, (long) GROUPS * UNITS),
                Nd4j.rand(DataType.FLOAT, 5, GROUPS * UNITS).dup('f'));

        assertSame(
                groups.messageToPreActivation(input, uniform, null).variance(),
                groups.messageToPreActivation(input, general, null).variance());
        assertSame(
                groups.messageToInput(message, uniform).curvature(),
                groups.messageToInput(message, general).curvature());
    }
}
