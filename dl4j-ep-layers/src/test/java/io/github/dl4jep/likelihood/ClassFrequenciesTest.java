package io.github.dl4jep.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Statistic;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ClassFrequenciesTest {

    private static Map<String, INDArray> parameters(ClassFrequencies frequencies, int outputs) {
        Map<String, INDArray> parameters = new HashMap<>();
        frequencies
                .parameterLengths(outputs)
                .forEach((name, length) -> parameters.put(name, Nd4j.zeros(DataType.DOUBLE, 1, length)));
        frequencies.initialise(parameters);
        return parameters;
    }

    @ParameterizedTest
    @EnumSource(ClassProbabilities.class)
    void startsWithoutAnyOpinion(ClassProbabilities kind) {
        ClassFrequencies frequencies = new ClassFrequencies(kind, true);
        Map<String, INDArray> parameters = parameters(frequencies, 3);
        assertThat(frequencies.base(parameters)).containsOnly(0);
        assertThat(frequencies.correction(parameters)).containsOnly(0);
    }

    /** Two scales, of which the wide one lifts a rare class: with delta, the mean probability is the frequency again. */
    @Test
    void meanProbabilitiesAreTheFrequenciesOfRareClasses() {
        ClassFrequencies frequencies = new ClassFrequencies(ClassProbabilities.ONE_OF_MANY, true);
        Map<String, INDArray> parameters = parameters(frequencies, 2);
        LearningPhase phase = new LearningPhase(1, true, 1);
        double frequency = 0.002;
        double predicted = 0.003;
        learn(frequencies, parameters, "classFrequency", frequency, phase);
        learn(frequencies, parameters, "predictedFrequency", predicted, phase);
        double[] delta = frequencies.correction(parameters);
        double odds = predicted / (1 - predicted) * Math.exp(delta[1] - delta[0]);
        // A ten-thousandth of all labels counts as spread evenly.
        assertThat(odds / (1 + odds)).isCloseTo(frequency, within(0.02 * frequency));
        assertThat(frequencies.base(parameters)[1] - frequencies.base(parameters)[0])
                .isCloseTo(Math.log(frequency / (1 - frequency)), within(0.03));
    }

    private static void learn(
            ClassFrequencies frequencies,
            Map<String, INDArray> parameters,
            String name,
            double share,
            LearningPhase phase) {
        Statistic statistic = Statistic.of(new double[] {100 * (1 - share), 100 * share}, new double[] {100, 100});
        parameters.put(name, Rows.row(frequencies.learn(name, Rows.flat(parameters.get(name)), statistic, phase)));
    }

    @Test
    void withoutCorrectionOnlyLabelsAreCounted() {
        ClassFrequencies frequencies = new ClassFrequencies(ClassProbabilities.ONE_OF_MANY, false);
        assertThat(frequencies.parameterLengths(4)).containsOnlyKeys("classFrequency");
        assertThat(frequencies.correction(parameters(frequencies, 4))).containsOnly(0);
        assertThat(frequencies.has("predictedFrequency")).isFalse();
    }
}
