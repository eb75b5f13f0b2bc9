package io.github.dl4jep.density;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.likelihood.InvalidLabelException;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.OutputBatch;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Two boxes and three classes: 16 outputs at each cell, labels of 7 columns. */
class ObjectLikelihoodTest {

    private static final double[][] PRIORS = {{1, 2}, {3, 0.5}};
    private static final int OUTPUTS = 16;
    private static final int EACH = 8;
    private static final int DRAWS = 200_000;

    private static final double[] SMALL = {0.1, -0.4, 0.9, 1.2, 0, 1, 0};
    private static final double[] WIDE = {-0.8, 0.2, 2, 0.8, 1, 0, 0};
    private static final double[] EMPTY = new double[7];

    private final Random random = new Random(5);

    private static ObjectLikelihood likelihood() {
        return new ObjectLikelihood(PRIORS, 5, 0.5);
    }

    private double[] normal(int length, double size) {
        return random.doubles(length, -size, size).toArray();
    }

    private OutputBatch batch(double[][] labels, double[][] mean, double[][] variance, double[][] importance) {
        return new OutputBatch(
                new ForwardMessage(
                        new Moments(Nd4j.createFromArray(mean), Nd4j.createFromArray(variance)),
                        BatchCovariance.none()),
                Nd4j.createFromArray(labels),
                importance == null ? null : Nd4j.createFromArray(importance),
                null);
    }

    private OutputBatch batch(double[]... labels) {
        double[][] mean = new double[labels.length][];
        double[][] variance = new double[labels.length][];
        for (int n = 0; n < labels.length; n++) {
            mean[n] = normal(OUTPUTS, 1);
            variance[n] = random.doubles(OUTPUTS, 0.1, 0.5).toArray();
        }
        return batch(labels, mean, variance, null);
    }

    private static double sigmoid(double u) {
        return 1 / (1 + Math.exp(-u));
    }

    /** The log density of one label, stated once more, given the box that answers and its overlap. */
    private static double density(double[] label, double[] u, int answering, double overlap) {
        double sum = 0;
        for (int box = 0; box < 2; box++) {
            int at = box * EACH;
            double confidence = sigmoid(u[at + 4]);
            if (box != answering) {
                sum += 5 * 0.5 * Math.log(1 - confidence);
                continue;
            }
            double[] given = {
                (label[0] + label[2]) / 2,
                (label[1] + label[3]) / 2,
                Math.sqrt(label[2] - label[0]),
                Math.sqrt(label[3] - label[1])
            };
            double[] said = {
                sigmoid(u[at]),
                sigmoid(u[at + 1]),
                Math.sqrt(PRIORS[box][0] * Math.exp(u[at + 2])),
                Math.sqrt(PRIORS[box][1] * Math.exp(u[at + 3]))
            };
            for (int k = 0; k < 4; k++) {
                double x = Math.abs(given[k] - said[k]) / 0.25;
                sum += 5 * (-x * x / 2 - Math.log(0.25 * Math.sqrt(2 * Math.PI)));
            }
            sum += 5 * (overlap * Math.log(confidence) + (1 - overlap) * Math.log(1 - confidence));
            double all = 0;
            for (int c = 0; c < 3; c++) {
                all += Math.exp(u[at + 5 + c]);
            }
            for (int c = 0; c < 3; c++) {
                sum += 5 * label[4 + c] * (u[at + 5 + c] - Math.log(all));
            }
        }
        return sum;
    }

    /** The overlap by counting points of a fine grid. */
    private static double overlap(double[] label, double[] u, int box) {
        int at = box * EACH;
        double w = PRIORS[box][0] * Math.exp(u[at + 2]);
        double h = PRIORS[box][1] * Math.exp(u[at + 3]);
        int both = 0;
        int any = 0;
        for (double x = -6; x < 7; x += 0.01) {
            for (double y = -6; y < 7; y += 0.01) {
                boolean said = Math.abs(x - sigmoid(u[at])) < w / 2 && Math.abs(y - sigmoid(u[at + 1])) < h / 2;
                boolean given = x > label[0] && x < label[2] && y > label[1] && y < label[3];
                both += said && given ? 1 : 0;
                any += said || given ? 1 : 0;
            }
        }
        return (double) both / any;
    }

    @Test
    void theBoxWithTheLargestOverlapAnswers() {
        for (double[] label : new double[][] {SMALL, WIDE}) {
            for (int i = 0; i < 4; i++) {
                OutputBatch batch = batch(new double[][] {label});
                double[] u = Rows.flat(batch.mean());
                double[] overlaps = {overlap(label, u, 0), overlap(label, u, 1)};
                int answering = overlaps[0] >= overlaps[1] ? 0 : 1;
                OutputBatch assigned = likelihood().assigned(batch);
                double[] importance = Rows.flat(assigned.importanceOrOnes());
                double[] given = Rows.flat(assigned.doubleLabels());
                int at = answering * EACH;
                int other = (1 - answering) * EACH;
                for (int k = 0; k < EACH; k++) {
                    assertThat(importance[at + k]).isEqualTo(5);
                    assertThat(importance[other + k]).isEqualTo(k == 4 ? 2.5 : 0);
                }
                assertThat(given[at + 4]).isCloseTo(overlaps[answering], within(0.02));
                assertThat(given[other + 4]).isZero();
            }
        }
    }

    /** Slopes and curvatures of the expectation are its numerical derivatives, and without variance it is the density. */
    @Test
    void derivativesAreThoseOfTheDensityGivenTheAssignment() {
        for (double[] label : new double[][] {SMALL, WIDE, EMPTY}) {
            OutputBatch batch = batch(new double[][] {label});
            OutputBatch assigned = likelihood().assigned(batch);
            double[] y = Rows.flat(assigned.doubleLabels());
            double[] importance = Rows.flat(assigned.importanceOrOnes());
            double[] mean = Rows.flat(batch.mean());
            double[] variance = Rows.flat(batch.variance());
            AssignedBoxes boxes = new AssignedBoxes(PRIORS);
            int answering = importance[0] > 0 ? 0 : importance[EACH] > 0 ? 1 : -1;
            double[] unused = new double[OUTPUTS];
            assertThat(boxes.expect(
                            y, importance, new double[0][], mean, new double[OUTPUTS], unused.clone(), unused.clone()))
                    .isCloseTo(
                            density(label, mean, answering, answering < 0 ? 0 : y[answering * EACH + 4]), within(1e-3));
            double[] slope = new double[OUTPUTS];
            double[] curvature = new double[OUTPUTS];
            boxes.expect(y, importance, new double[0][], mean, variance, slope, curvature);
            for (int i = 0; i < OUTPUTS; i++) {
                double step = 1e-4;
                double[][] away = {mean.clone(), mean.clone()};
                away[0][i] -= step;
                away[1][i] += step;
                double[] values = new double[2];
                double[] slopes = new double[2];
                for (int k = 0; k < 2; k++) {
                    double[] there = new double[OUTPUTS];
                    values[k] =
                            boxes.expect(y, importance, new double[0][], away[k], variance, there, new double[OUTPUTS]);
                    slopes[k] = there[i];
                }
                double expected = (values[1] - values[0]) / (2 * step);
                double bend = (slopes[0] - slopes[1]) / (2 * step);
                double tolerance = 2e-3;
                assertThat(slope[i]).isCloseTo(expected, within(tolerance * (1 + Math.abs(expected))));
                assertThat(curvature[i]).isCloseTo(bend, within(tolerance * (1 + Math.abs(bend))));
            }
        }
    }

    @Test
    void theMessageRaisesTheLikelihoodAndSaysNothingToBoxesThatDoNotAnswer() {
        OutputBatch batch = batch(SMALL, WIDE, EMPTY, SMALL);
        ObjectLikelihood likelihood = likelihood();
        Likelihood.Update update = likelihood.update(batch, Map.of());
        double[][] z = Rows.of(update.message().shift());
        double[][] importance = Rows.of(likelihood.assigned(batch).importanceOrOnes());
        double[][] precision = Rows.of(update.message().curvature());
        double[][] mean = Rows.of(batch.mean());
        double[][] variance = Rows.of(batch.variance());
        double[][] labels = Rows.of(batch.doubleLabels());
        for (int n = 0; n < 4; n++) {
            int answering = importance[n][0] > 0 ? 0 : importance[n][EACH] > 0 ? 1 : -1;
            double[] moved = mean[n].clone();
            for (int i = 0; i < OUTPUTS; i++) {
                if (importance[n][i] == 0) {
                    assertThat(z[n][i]).isZero();
                    assertThat(precision[n][i]).isZero();
                } else {
                    assertThat(z[n][i]).isNotZero();
                }
                assertThat(precision[n][i]).isNotNegative();
                moved[i] += variance[n][i] * z[n][i];
            }
            double overlap = answering < 0 ? 0 : overlap(labels[n], mean[n], answering);
            assertThat(density(labels[n], moved, answering, overlap))
                    .isGreaterThan(density(labels[n], mean[n], answering, overlap));
        }
        assertThat(likelihood.negativeLogLikelihood(batch, Map.of()).shape()).containsExactly(4, 1);
    }

    @Test
    void theScoreIsTheLogarithmOfTheMeanDensity() {
        OutputBatch batch = batch(new double[][] {WIDE});
        double[] mean = Rows.flat(batch.mean());
        double[] variance = Rows.flat(batch.variance());
        OutputBatch assigned = likelihood().assigned(batch);
        double[] importance = Rows.flat(assigned.importanceOrOnes());
        double[] y = Rows.flat(assigned.doubleLabels());
        int answering = importance[0] > 0 ? 0 : 1;
        double expected = 0;
        for (int i = 0; i < OUTPUTS; i++) {
            int part = i % EACH;
            if (importance[i] == 0 || part >= 5) {
                continue;
            }
            int box = i / EACH;
            double sum = 0;
            for (int draw = 0; draw < DRAWS; draw++) {
                double u = mean[i] + Math.sqrt(variance[i]) * random.nextGaussian();
                double said = part == 4 || part < 2 ? sigmoid(u) : Math.sqrt(PRIORS[box][part - 2] * Math.exp(u));
                sum += part == 4
                        ? Math.pow(said, y[i]) * Math.pow(1 - said, 1 - y[i])
                        : Math.exp(-Math.pow((y[i] - said) / 0.25, 2) / 2) / (0.25 * Math.sqrt(2 * Math.PI));
            }
            expected -= importance[i] * Math.log(sum / DRAWS);
        }
        double[] prediction = Rows.flat(
                likelihood().predict(batch.forward().moments(), Map.of()).mean());
        expected -= 5 * Math.log(prediction[answering * EACH + 5]);
        assertThat(likelihood().negativeLogLikelihood(batch, Map.of()).getDouble(0))
                .isCloseTo(expected, within(0.1));
    }

    @Test
    void predictionsAreMomentsOfDraws() {
        OutputBatch batch = batch(new double[][] {EMPTY});
        double[] mean = Rows.flat(batch.mean());
        double[] variance = Rows.flat(batch.variance());
        Prediction prediction = likelihood().predict(batch.forward().moments(), Map.of());
        double[] output = Rows.flat(prediction.output());
        double[] epistemic = Rows.flat(prediction.epistemicVariance());
        for (int i = 0; i < OUTPUTS; i++) {
            int part = i % EACH;
            double sum = 0;
            double squares = 0;
            for (int draw = 0; part < 5 && draw < DRAWS; draw++) {
                double u = mean[i] + Math.sqrt(variance[i]) * random.nextGaussian();
                double said = part == 4 || part < 2 ? sigmoid(u) : Math.sqrt(PRIORS[i / EACH][part - 2] * Math.exp(u));
                sum += said / DRAWS;
                squares += said * said / DRAWS;
            }
            boolean root = part == 2 || part == 3;
            if (part < 5) {
                assertThat(output[i]).isCloseTo(root ? sum * sum : sum, within(0.03));
                double spread = squares - sum * sum;
                assertThat(epistemic[i])
                        .isCloseTo(root ? 4 * sum * sum * spread : spread, within(0.02 * (1 + spread * 4 * sum * sum)));
            }
        }
        assertThat(output[5] + output[6] + output[7]).isCloseTo(1, within(1e-9));
        assertThat(prediction.variance().minNumber().doubleValue()).isPositive();
        assertThat(prediction.entropy().getDouble(0)).isFinite();
        INDArray known =
                likelihood().predict(Moments.pointMass(batch.mean()), Map.of()).output();
        assertThat(known.getDouble(0)).isCloseTo(sigmoid(mean[0]), within(1e-9));
        assertThat(known.getDouble(2)).isCloseTo(Math.exp(mean[2]), within(1e-9));
    }

    @Test
    void aMaskedCellSaysNothing() {
        double[][] mean = {normal(OUTPUTS, 1), normal(OUTPUTS, 1)};
        double[][] variance = {
            random.doubles(OUTPUTS, 0.1, 1).toArray(),
            random.doubles(OUTPUTS, 0.1, 1).toArray()
        };
        double[][] importance = {{1, 1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1, 0}};
        OutputBatch batch = batch(new double[][] {SMALL, WIDE}, mean, variance, importance);
        INDArray shift = likelihood().update(batch, Map.of()).message().shift();
        assertThat(shift.getRow(1).amaxNumber().doubleValue()).isZero();
        assertThat(shift.getRow(0).amaxNumber().doubleValue()).isPositive();
    }

    /** Two images of 2 x 3 cells; rows are cells, the images fastest. */
    @Test
    void cornersAreTakenRelativeToTheirCell() {
        double[][] rows = new double[12][7];
        rows[9] = new double[] {0.6, 1.1, 1.8, 1.9, 0, 0, 1};
        INDArray placed = likelihood().placed(Nd4j.createFromArray(rows), ExampleShape.of(7, 2, 3));
        // Row 9 is the second image's cell 4: row 1, column 1.
        assertThat(Rows.of(placed)[9]).containsExactly(new double[] {-0.4, 0.1, 0.8, 0.9, 0, 0, 1}, within(1e-12));
        assertThat(placed.sumNumber().doubleValue()).isCloseTo(2.4, within(1e-9));
    }

    @Test
    void labelsAreChecked() {
        assertThatThrownBy(() -> check(0.9, 0, 0.1, 1, 0, 1, 0))
                .isInstanceOf(InvalidLabelException.class)
                .hasMessage(
                        "label at row 0 (cells one after the other, in each all examples) has the corners [x1, y1, x2,"
                                + " y2] = [0.9, 0.0, 0.1, 1.0], relative to its cell; allowed are x2 > x1 and y2 > y1: top left,"
                                + " then bottom right, in cells");
        assertThatThrownBy(() -> check(0.9, 0.9, 1.9, 1.9, 0, 1, 0))
                .hasMessageContaining(
                        "and its centre outside; an object's label belongs into the cell that has its centre");
        assertThatThrownBy(() -> check(0.1, 0.1, 0.9, 0.9, 0, 0, 0)).hasMessageContaining("but no class");
        assertThatThrownBy(() -> check(0.1, 0.1, 0.9, 0.9, 0, 1, 1))
                .hasMessageContaining("has the classes [0.0, 1.0, 1.0]; allowed is a single 1");
        assertThatThrownBy(() -> check(0.1, 0.1, 0.9, 0.9, 0, 0.5, 0)).hasMessageContaining("allowed is a single 1");
        check(SMALL);
        check(EMPTY);
        likelihood()
                .validate(
                        Nd4j.createFromArray(new double[][] {{9, 9, 1, 1, 1, 1, 1}}),
                        Nd4j.zeros(DataType.DOUBLE, 1, 7));
    }

    private static void check(double... label) {
        likelihood().validate(Nd4j.createFromArray(new double[][] {label}), Nd4j.ones(DataType.DOUBLE, 1, 7));
    }

    @Test
    void numbersAreChecked() {
        assertThat(likelihood().labelColumns(OUTPUTS)).isEqualTo(7);
        assertThatThrownBy(() -> likelihood().labelColumns(15))
                .hasMessageStartingWith("the layer has 15 outputs at each cell, allowed is 2 * (5 + classes)");
        assertThatThrownBy(() -> likelihood().labelColumns(10)).hasMessageContaining("set nOut of the layer before");
        assertThatThrownBy(() -> new ObjectLikelihood(new double[0][], 5, 0.5))
                .hasMessageStartingWith("bounding box priors are [], allowed are one or more [width, height]");
        assertThatThrownBy(() -> new ObjectLikelihood(new double[][] {{1, Double.NaN}}, 5, 0.5))
                .hasMessageStartingWith("bounding box priors are [[1.0, NaN]]");
        assertThatThrownBy(() -> new ObjectLikelihood(PRIORS, 0, 0.5))
                .hasMessage("lambdaCoord is 0.0 and lambdaNoObj is 0.5, allowed are positive numbers");
    }

    @Test
    void travelsInJsonAndIsAValue() throws Exception {
        String json = NeuralNetConfiguration.mapper().writeValueAsString(likelihood());
        assertThat(NeuralNetConfiguration.mapper().readValue(json, Likelihood.class))
                .isEqualTo(likelihood())
                .hasSameHashCodeAs(likelihood())
                .hasToString("ObjectLikelihood(priors=[[1.0, 2.0], [3.0, 0.5]], coordinates=5.0, noObject=0.5)");
        assertThat(likelihood())
                .isNotEqualTo(new ObjectLikelihood(PRIORS, 4, 0.5))
                .isNotEqualTo(null);
    }
}
