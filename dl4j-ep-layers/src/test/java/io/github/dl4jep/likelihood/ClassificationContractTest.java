package io.github.dl4jep.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.message.Moments;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What every likelihood of classes must do besides. */
abstract class ClassificationContractTest extends LikelihoodContractTest {

    /** Whether exactly one class is right. */
    abstract boolean oneOfMany();

    @Override
    INDArray labels(int rows) {
        INDArray labels = Arrays2d.filled(rows, OUTPUTS, 0);
        for (int n = 0; n < rows; n++) {
            labels.putScalar(n, random.nextInt(OUTPUTS), 1);
            if (!oneOfMany()) {
                labels.putScalar(n, random.nextInt(OUTPUTS), 1);
            }
        }
        return labels;
    }

    @Override
    double lossOfEntry(Prediction prediction, double label, int row, int column) {
        double p = prediction.probabilities().getDouble(row, column);
        if (label > 0.5) {
            return -Math.log(p);
        }
        return oneOfMany() ? 0 : -Math.log(1 - p);
    }

    @Test
    void probabilitiesAreProbabilities() {
        INDArray mean = Arrays2d.uniform(random, 20, OUTPUTS, -4, 4);
        INDArray variance = Arrays2d.uniform(random, 20, OUTPUTS, 0.01, 5);
        Prediction prediction = likelihood().predict(new Moments(mean, variance), parametersOf(likelihood(), OUTPUTS));
        INDArray p = prediction.probabilities();
        assertThat(prediction.isClassification()).isTrue();
        assertThat(prediction.output()).isSameAs(p);
        assertThat(p.minNumber().doubleValue()).isNotNegative();
        assertThat(p.maxNumber().doubleValue()).isLessThanOrEqualTo(1);
        for (int n = 0; n < 20; n++) {
            double entropy = 0;
            double sum = 0;
            for (int c = 0; c < OUTPUTS; c++) {
                double q = p.getDouble(n, c);
                sum += q;
                entropy -= q * Math.log(q) + (oneOfMany() ? 0 : (1 - q) * Math.log(1 - q));
            }
            if (oneOfMany()) {
                assertThat(sum).isCloseTo(1, within(1e-12));
            }
            assertThat(prediction.entropy().getDouble(n)).isCloseTo(entropy, within(1e-9));
        }
    }

    @Test
    void largerPotentialsAreMoreProbable() {
        INDArray mean = Arrays2d.of(new double[] {-2, -1, 0, 1, 2});
        Prediction prediction = likelihood()
                .predict(new Moments(mean, Arrays2d.filled(1, OUTPUTS, 0.4)), parametersOf(likelihood(), OUTPUTS));
        assertThat(prediction.probabilities().getRow(0).toDoubleVector()).isSorted();
    }

    @Test
    void theMessagePullsTowardsTheLabel() {
        INDArray labels = labels(1);
        OutputBatch neutral = new OutputBatch(
                io.github.dl4jep.message.ForwardMessage.observed(Arrays2d.filled(1, OUTPUTS, 0)), labels, null, null);
        INDArray shift = likelihood()
                .update(neutral, parametersOf(likelihood(), OUTPUTS))
                .message()
                .shift();
        for (int c = 0; c < OUTPUTS; c++) {
            assertThat(Math.signum(shift.getDouble(0, c))).isEqualTo(labels.getDouble(0, c) > 0.5 ? 1 : -1);
        }
    }

    @Test
    void softLabelsAreRejected() {
        INDArray soft = Arrays2d.of(new double[] {0, 1, 0, 0, 0}, new double[] {0.1, 0.9, 0, 0, 0});
        assertThatThrownBy(() -> likelihood().validate(soft, Arrays2d.filled(2, OUTPUTS, 1)))
                .isInstanceOf(InvalidLabelException.class)
                .hasMessage("label at row 1, column 0 is 0.1; allowed are 0 and 1 (soft labels and label smoothing are"
                        + " not supported)");
    }

    @Test
    void otherNumbersAreRejectedWhereTheyAreObserved() {
        INDArray importance = Arrays2d.filled(1, OUTPUTS, 1);
        INDArray labels = Arrays2d.of(new double[] {0, 1, 0, 0, Double.NaN});
        assertThatThrownBy(() -> likelihood().validate(labels, importance))
                .isInstanceOf(InvalidLabelException.class)
                .hasMessageStartingWith("label at row 0, column 4 is NaN; allowed are 0 and 1");
        INDArray negative = Arrays2d.of(new double[] {0, 1, 0, 0, -1});
        assertThatThrownBy(() -> likelihood().validate(negative, importance)).isInstanceOf(InvalidLabelException.class);
        likelihood().validate(negative, Arrays2d.filled(1, OUTPUTS, 0));
    }

    @Test
    void severalRightClassesAreOnlyForIndependentOutputs() {
        INDArray two = Arrays2d.of(new double[] {0, 1, 1, 0, 0});
        INDArray none = Arrays2d.filled(1, OUTPUTS, 0);
        INDArray ones = Arrays2d.filled(1, OUTPUTS, 1);
        if (!oneOfMany()) {
            likelihood().validate(two, ones);
            likelihood().validate(none, ones);
            return;
        }
        assertThatThrownBy(() -> likelihood().validate(two, ones))
                .isInstanceOf(InvalidLabelException.class)
                .hasMessage("label row 0 sums to 2.0; a class label must be one-hot: exactly one 1, all others 0. For"
                        + " several independent labels use the binary cross-entropy loss (XENT) with a sigmoid");
        assertThatThrownBy(() -> likelihood().validate(none, ones)).hasMessageContaining("sums to 0.0");
    }
}
