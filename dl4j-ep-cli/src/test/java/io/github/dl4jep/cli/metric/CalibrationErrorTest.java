package io.github.dl4jep.cli.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class CalibrationErrorTest {
    @Test
    void weighsTheBinsByTheirRows() {
        // Bin (13/15, 14/15]: confidences 0.9 and 0.92, one of two right: |0.5 - 0.91| * 2/3.
        // Bin (8/15, 9/15]: confidence 0.6, right: |1 - 0.6| * 1/3.
        INDArray probabilities = Nd4j.create(new double[][] {{0.9, 0.1}, {0.08, 0.92}, {0.6, 0.4}});
        INDArray labels = Nd4j.create(new double[][] {{1, 0}, {1, 0}, {1, 0}});

        assertThat(CalibrationError.of(probabilities, labels)).isCloseTo((2 * 0.41 + 0.4) / 3, within(1e-9));
    }

    @Test
    void rightAndCertainIsCalibrated() {
        INDArray labels = Nd4j.create(new double[][] {{1, 0}, {0, 1}});

        assertThat(CalibrationError.of(labels, labels)).isZero();
    }

    @Test
    void wrongAndCertainIsNot() {
        INDArray probabilities = Nd4j.create(new double[][] {{1, 0}});
        INDArray labels = Nd4j.create(new double[][] {{0, 1}});

        assertThat(CalibrationError.of(probabilities, labels)).isEqualTo(1);
    }
}
