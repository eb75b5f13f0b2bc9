package io.github.dl4jep.learned;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.Rows;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class PriorPullTest {

    private static Map<String, INDArray> parameters() {
        Map<String, INDArray> parameters = new HashMap<>();
        parameters.put(PriorPull.NAME, Nd4j.create(DataType.DOUBLE, 1, PriorPull.LENGTH));
        PriorPull.initialise(parameters, true);
        return parameters;
    }

    /** After some batches of 100 examples each, whose changes repeat. */
    private static double after(Map<String, INDArray> parameters, int batches, double... changes) {
        double[] all = new double[100];
        for (int n = 0; n < all.length; n++) {
            all[n] = changes[n % changes.length];
        }
        return afterProbes(parameters, batches, all);
    }

    private static double afterProbes(Map<String, INDArray> parameters, int batches, double... changes) {
        INDArray value = parameters.get(PriorPull.NAME);
        Statistic statistic = PriorPull.statistic(changes);
        for (int i = 0; i < batches; i++) {
            value.assign(Rows.row(PriorPull.learn(Rows.flat(value), statistic, 10)));
        }
        return PriorPull.strength(parameters);
    }

    @Test
    void manyLabelsNeedNoPull() {
        assertThat(PriorPull.ofLabels(0)).isZero();
        assertThat(PriorPull.ofLabels(1)).isCloseTo(1, within(0.01));
        assertThat(PriorPull.ofLabels(30)).isCloseTo(0.5, within(1e-9));
        assertThat(PriorPull.ofLabels(1000)).isLessThan(0.001);
    }

    /** The column with most labels counts; a scaling that is fixed from the start knows no number. */
    @Test
    void labelsAreThoseOfTheScaling() {
        INDArray scaling =
                Nd4j.createFromArray(new double[] {-7, -12, .5, 1, 2, 3}).reshape(1, 6);
        assertThat(TargetScaling.labels(Map.of(TargetScaling.NAME, scaling))).isEqualTo(12);
        TargetScaling.fix(Map.of(TargetScaling.NAME, scaling), null);
        assertThat(TargetScaling.labels(Map.of(TargetScaling.NAME, scaling))).isZero();
        assertThat(TargetScaling.labels(Map.of())).isZero();
    }

    @Test
    void strengthGrowsWhereAPullHelpsAndFallsWhereItHarms() {
        assertThat(after(parameters(), 20, -1, -2, -1, -1)).isGreaterThan(0.1);
        assertThat(after(parameters(), 20, 1, 2, 1, 1)).isLessThan(0.01);
    }

    /** Withheld examples are the same in every pass: what they say by chance is said again and again. */
    @Test
    void whatMayBeChanceLeavesThePrior() {
        assertThat(afterProbes(parameters(), 2000, 0.0)).isCloseTo(1, within(1e-3));
        // Ten probes of a pass repeat two examples: t = .1 / sqrt(1.81) sqrt(10) is within its deviation, .5 /
        // sqrt(1.25) sqrt(10) is not.
        assertThat(afterProbes(parameters(), 2000, 1, -0.9)).isCloseTo(1, within(1e-3));
        assertThat(afterProbes(parameters(), 2000, 1, -0.5)).isLessThan(0.5);
    }

    @Test
    void fewExamplesLeaveTheStrengthNearThePrior() {
        double few = afterProbes(parameters(), 2000, 1);
        assertThat(few).isBetween(0.2, 0.9);
        assertThat(after(parameters(), 2000, 1)).isLessThan(few / 10);
    }

    @Test
    void strengthHasLimits() {
        assertThat(after(parameters(), 500, -1)).isCloseTo(3, within(1e-9));
        assertThat(after(parameters(), 500, 1)).isCloseTo(0.001, within(1e-9));
    }

    /** t = -3 / sqrt(5), less 1 / t, two examples of 22, a tenth of a pass at rate .3. */
    @Test
    void oneStepIsTheFormula() {
        double first = PriorPull.strength(parameters());
        double slope = (2 * (-3 / Math.sqrt(5) + Math.sqrt(5) / 3) + 20 * Math.log(first)) / 22;
        assertThat(afterProbes(parameters(), 1, -1, -2)).isCloseTo(first * Math.exp(-0.03 * slope), within(1e-9));
    }

    @Test
    void unitsOfThePullDoNotMatter() {
        assertThat(after(parameters(), 7, -1e-6, 3e-6)).isCloseTo(after(parameters(), 7, -1e3, 3e3), within(1e-9));
    }
}
