package io.github.dl4jep.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.RowCovariance;
import io.github.dl4jep.likelihood.Arrays2d;
import java.util.List;
import java.util.SplittableRandom;
import org.hipparchus.linear.RealMatrix;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What is kept with some examples against the same operations on all pairs. */
class ExampleCovarianceTest {

    private static final int ROWS = 12;
    private static final InducingExamples SOME = InducingExamples.of(ROWS, 5);

    private final SplittableRandom random = new SplittableRandom(4);
    private final BatchCovariance a = message();
    private final BatchCovariance b = message();

    private BatchCovariance message() {
        return new BatchCovariance(Arrays2d.gram(random, ROWS, 6), Arrays2d.uniform(random, ROWS, 4, 0, 1));
    }

    private static BatchCovariance kept(BatchCovariance exact) {
        return KeptCovariance.of(exact, SOME);
    }

    private static void assertKept(BatchCovariance kept, BatchCovariance exact) {
        KeptCovariance.assertKept(kept, exact, 1e-12);
    }

    @Test
    void whatIsKeptIsExact() {
        INDArray gain = Arrays2d.uniform(random, ROWS, 4, 0, 1);
        assertKept(kept(a), a);
        assertKept(kept(a).through(gain), a.through(gain));
        assertKept(kept(a).times(0.3), a.times(0.3));
        assertKept(kept(a).collapsed(), a.collapsed());
        assertKept(kept(a).plus(kept(b)), a.plus(b));
        assertKept(
                MergedCovariance.of(List.of(kept(a), kept(b)), List.of(0.25, 0.75)),
                MergedCovariance.of(List.of(a, b), List.of(0.25, 0.75)));
        assertKept(kept(a).rearranged(g -> g.getColumns(2, 0), null), a.rearranged(g -> g.getColumns(2, 0), null));
        INDArray x = Arrays2d.uniform(random, ROWS, 7, -1, 1);
        assertKept(
                BatchCovariance.of(ExampleCovariance.ofProducts(x, x, 0.5, SOME)),
                BatchCovariance.of(x.mmul(x.transpose()).muli(0.5)));
        for (char order : new char[] {'c', 'f'}) {
            INDArray floats = x.castTo(DataType.FLOAT).dup(order);
            KeptCovariance.assertKept(
                    BatchCovariance.of(ExampleCovariance.ofProducts(floats, floats, 1, SOME)),
                    BatchCovariance.of(floats.mmul(floats.transpose())),
                    1e-6);
        }
        assertThat(kept(a).examples().trace()).isCloseTo(a.examples().trace(), within(1e-12));
        assertKept(
                BatchCovariance.of(kept(a).examples().minus(kept(b).examples())),
                BatchCovariance.of(a.covariance().sub(b.covariance())));
        INDArray factors = Arrays2d.uniform(random, ROWS, 1, 0, 2);
        assertKept(
                BatchCovariance.of(kept(a).examples().scaled(factors)),
                BatchCovariance.of(a.examples().scaled(factors)));
    }

    @Test
    void whatHasAllJoinsWhatHasSome() {
        BatchCovariance all = b.collapsed();
        assertKept(kept(a).plus(all), a.plus(all));
        assertKept(all.plus(kept(a)), all.plus(a));
    }

    @Test
    void nothingKnowsWithWhichExamplesItWillBeKept() {
        BatchCovariance none = BatchCovariance.none(SOME);
        INDArray gain = Arrays2d.uniform(random, ROWS, 4, 0, 1);
        for (BatchCovariance after : List.of(
                none.through(gain),
                none.times(2),
                none.collapsed(),
                none.plus(none),
                BatchCovariance.none().plus(none),
                none.rearranged(g -> g, null),
                none.withGain(gain, g -> g, null),
                MergedCovariance.of(List.of(none, none), List.of(0.5, 0.5)))) {
            assertThat(after.covariance()).isNull();
            assertThat(after.inducing()).isSameAs(SOME);
        }
        assertThat(BatchCovariance.none(InducingExamples.all())).isSameAs(BatchCovariance.none());
    }

    @Test
    void blocksBelowOneAnotherKeepTheirs() {
        long[] rows = {ROWS, ROWS, ROWS};
        INDArray like = a.covariance();
        BatchCovariance stacked =
                StackedCovariance.of(List.of(kept(a), BatchCovariance.none(SOME), kept(b)), rows, like);
        assertKept(stacked, StackedCovariance.of(List.of(a, BatchCovariance.none(), b), rows, like));
        assertThat(stacked.inducing().count(3 * ROWS)).isEqualTo(15);
        assertKept(StackedCovariance.block(stacked, 0, ROWS), a);
        assertKept(StackedCovariance.block(stacked, 2 * ROWS, 3 * ROWS), b);
        BatchCovariance nothing = StackedCovariance.of(
                List.of(BatchCovariance.none(SOME), BatchCovariance.none(SOME)), new long[] {ROWS, ROWS}, like);
        assertThat(nothing.covariance()).isNull();
        assertThat(StackedCovariance.block(nothing, ROWS, 2 * ROWS).inducing().numbers(ROWS))
                .isEqualTo(SOME.numbers(ROWS));
    }

    @Test
    void aBlockWithoutInducingExamplesHasVariancesOnly() {
        ExampleCovariance two = KeptCovariance.of(a.covariance(), InducingExamples.ofRows(new int[] {0, 11}));
        RowCovariance inside = two.block(4, 7).rows();
        for (int n = 0; n < 3; n++) {
            double[] unit = new double[3];
            unit[n] = 1;
            double[] expected = new double[3];
            expected[n] = a.covariance().getDouble(4 + n, 4 + n);
            assertThat(inside.times(unit)).containsExactly(expected, within(1e-12));
        }
    }

    /** C F C for the F that the inducing examples know. */
    @Test
    void centringTakesAwayWhatAllShare() {
        INDArray k = Arrays2d.gram(random, ROWS, 6).addi(3);
        ExampleCovariance some = KeptCovariance.of(k, SOME);
        INDArray known = some.allPairs();
        RealMatrix matrix = Arrays2d.matrix(k);
        int[] numbers = SOME.numbers(ROWS);
        int[] all = InducingExamples.all().numbers(ROWS);
        RealMatrix columns = matrix.getSubMatrix(all, numbers);
        RealMatrix expected = columns.multiply(org.hipparchus.linear.MatrixUtils.createRealMatrix(
                        Arrays2d.inverse(matrix.getSubMatrix(numbers, numbers).getData())))
                .multiply(columns.transpose());
        for (int n = 0; n < ROWS; n++) {
            for (int m = 0; m < ROWS; m++) {
                assertThat(known.getDouble(n, m))
                        .isCloseTo(n == m ? k.getDouble(n, n) : expected.getEntry(n, m), within(1e-8));
            }
        }
        INDArray centring = Nd4j.eye(ROWS).castTo(DataType.DOUBLE).subi(1.0 / ROWS);
        INDArray centred = centring.mmul(known).mmul(centring);
        KeptCovariance.assertKept(BatchCovariance.of(some.centred()), BatchCovariance.of(centred), 1e-8);
        assertThat(ExampleCovariance.of(k).allPairs()).isSameAs(k);
    }
}
