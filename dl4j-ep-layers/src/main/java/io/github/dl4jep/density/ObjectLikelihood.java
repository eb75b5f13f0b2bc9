package io.github.dl4jep.density;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.likelihood.InvalidLabelException;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.OutputBatch;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.Moments;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Boxes around the objects of an image, as DL4J's YOLO output layer has them: for each of B boxes of a cell the potentials of x, y, width,
 * height and confidence, then of C classes.
 *
 * <p>A label is a cell's: corners \( x_1, y_1, x_2, y_2 \) in cells of the image's grid, then one-hot classes; all 0 in a cell that has no
 * object's centre. The box that answers for an object is the one whose overlap with it (intersection over union) is the largest by the means
 * that are predicted before the batch is learned from (in later sweeps on the same batch: by those of the sweep). That is a hard
 * expectation step, as in DL4J; given it all outputs are independent but the classes, and all densities are those of section 4, "any density":
 *
 * <ul>
 *   <li>the centre's place in the cell is normal around \( \sigma(u) \), and \( \sqrt{w} \) is around \( \sqrt{p}\,e^{u/2} \), where p is the
 *       width that the box has at u = 0, both with deviation .25; importance {@code
 *       coordinates};
 *   <li>a confidence is \( \sigma(u) \), with cross-entropy against the overlap at the predicted means, which is smallest where DL4J's
 *       squared error is: at the expected overlap; of boxes that do not answer for an object against 0, with importance {@code noObject};
 *   <li>classes are a softmax at the most probable potentials; DL4J's squared error of their probabilities is smallest at the same
 * </ul>
 *
 * <p>All of a box that answers has importance {@code coordinates}, and confidences of the others {@code noObject} times that: a deviation of .25 makes
 * positions count eight times as much as DL4J's error does, and with 1 confidences and classes were learned late.
 *
 * <p>Entries of boxes that do not answer have importance 0 but for their confidence. A cell has the smallest importance of its label
 * columns. Predictions: \( E \sigma(u) \), \( (E \sqrt{p}\,e^{u/2})^2 \), and probabilities of potentials divided by \( \sqrt{1 + \pi\bar v/8}
 * \), arranged as the outputs. The entropy of a cell is that of confidences, and of what boxes say times their confidence.
 *
 * <p>Source: Redmon and Farhadi 2017, YOLO9000, for outputs and assignment; own: the densities.
 */
public final class ObjectLikelihood implements Likelihood {

    /** Columns of a label before its classes. */
    static final int CORNERS = 4;

    private static final long serialVersionUID = 1L;
    /** A centre this far outside its cell, in cells, is there by rounding. */
    private static final double ROUNDING = 1e-3;

    /** Width and height of each box where potentials are 0, in cells. */
    private final double[][] priors;
    /** Importance of a box that answers for an object. */
    private final double coordinates;
    /** Share of it that a confidence has where there is no object. */
    private final double noObject;

    /** The density of a row once boxes are assigned; made when it is first needed. */
    private transient @Nullable AssignedBoxes assigned;

    /**
     * A likelihood of boxes.
     *
     * @param priors width and height of each box where potentials are 0, in cells
     * @param coordinates importance of a box that answers for an object: DL4J's lambdaCoord
     * @param noObject share of it that the confidence of a box has that answers for no object: DL4J's lambdaNoObj
     * @throws IllegalArgumentException if there is no box, or a number is not positive and finite
     */
    @JsonCreator
    public ObjectLikelihood(
            @JsonProperty("priors") double[][] priors,
            @JsonProperty("coordinates") double coordinates,
            @JsonProperty("noObject") double noObject) {
        boolean boxes = priors.length > 0
                && Arrays.stream(priors).allMatch(box -> box.length == 2 && isPositive(box[0]) && isPositive(box[1]));
        if (!boxes) {
            throw new IllegalArgumentException("bounding box priors are " + Arrays.deepToString(priors)
                    + ", allowed are one or more [width, height], positive and in cells of the grid; set"
                    + " boundingBoxPriors of the Yolo2OutputLayer");
        }
        if (!isPositive(coordinates) || !isPositive(noObject)) {
            throw new IllegalArgumentException("lambdaCoord is " + coordinates + " and lambdaNoObj is " + noObject
                    + ", allowed are positive numbers");
        }
        this.priors = Arrays.stream(priors).map(double[]::clone).toArray(double[][]::new);
        this.coordinates = coordinates;
        this.noObject = noObject;
    }

    private static boolean isPositive(double number) {
        return number > 0 && Double.isFinite(number);
    }

    /**
     * Width and height of each box where potentials are 0.
     *
     * @return [B, 2], in cells; a copy
     */
    public double[][] getPriors() {
        return Arrays.stream(priors).map(double[]::clone).toArray(double[][]::new);
    }

    /**
     * Importance of a box that answers for an object.
     *
     * @return a positive number
     */
    public double getCoordinates() {
        return coordinates;
    }

    /**
     * Share of it that the confidence of a box has that answers for no object.
     *
     * @return a positive number
     */
    public double getNoObject() {
        return noObject;
    }

    private AssignedBoxes boxes() {
        if (assigned == null) {
            assigned = new AssignedBoxes(priors);
        }
        return assigned;
    }

    @Override
    public int labelColumns(int outputs) {
        int each = outputs / priors.length;
        if (each * priors.length != outputs || each <= AssignedBoxes.CLASSES) {
            throw new IllegalArgumentException("the layer has " + outputs + " outputs at each cell, allowed is "
                    + priors.length + " * (5 + classes): for each of " + priors.length
                    + " box(es) x, y, width, height and confidence, then the classes; set nOut of the layer before");
        }
        return CORNERS + each - AssignedBoxes.CLASSES;
    }

    @Override
    public Map<String, Integer> parameterLengths(int outputs) {
        return boxes().parameterLengths(outputs);
    }

    @Override
    public void initialise(Map<String, INDArray> parameters) {
        boxes().initialise(parameters);
    }

    @Override
    public INDArray placed(INDArray rows, ExampleShape shape) {
        double[] columns = Rows.columns(rows);
        int count = rows.rows();
        int width = Math.toIntExact(shape.dims()[2]);
        int batch = Math.toIntExact(count / shape.positions());
        for (int n = 0; n < count; n++) {
            int position = n / batch;
            int x = position % width;
            int y = position / width;
            if (hasObject(columns, count, n)) {
                columns[n] -= x;
                columns[n + count] -= y;
                columns[n + 2 * count] -= x;
                columns[n + 3 * count] -= y;
            }
        }
        return Rows.matrix(columns, count, rows.columns());
    }

    private static boolean hasObject(double[] columns, int rows, int row) {
        for (int i = row + CORNERS * rows; i < columns.length; i += rows) {
            if (columns[i] != 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void validate(INDArray labels, INDArray importance) {
        double[][] rows = Rows.of(labels);
        double[][] omega = Rows.of(importance);
        for (int n = 0; n < rows.length; n++) {
            String problem = Arrays.stream(omega[n]).min().orElse(1) > 0 ? problem(rows[n]) : null;
            if (problem != null) {
                throw new InvalidLabelException(
                        "label at row " + n + " (cells one after the other, in each all examples) " + problem);
            }
        }
    }

    /** What is wrong with the label of a cell, whose corners are relative to the cell. */
    private static @Nullable String problem(double[] label) {
        double[] corners = Arrays.copyOf(label, CORNERS);
        double[] classes = Arrays.copyOfRange(label, CORNERS, label.length);
        boolean oneHot = Arrays.stream(classes).allMatch(y -> y == 0 || y == 1);
        double sum = Arrays.stream(classes).sum();
        if (!oneHot || sum > 1) {
            return "has the classes " + Arrays.toString(classes)
                    + "; allowed is a single 1, or 0 everywhere in a cell without an object. A cell has one object at most";
        }
        String box = "has the corners [x1, y1, x2, y2] = " + Arrays.toString(corners);
        if (sum == 0) {
            return Arrays.stream(corners).allMatch(x -> x == 0)
                    ? null
                    : box + " but no class; set its class to 1, or all of the label to 0";
        }
        if (!(corners[2] > corners[0]) || !(corners[3] > corners[1])) {
            return box
                    + ", relative to its cell; allowed are x2 > x1 and y2 > y1: top left, then bottom right, in cells";
        }
        double x = (corners[0] + corners[2]) / 2;
        double y = (corners[1] + corners[3]) / 2;
        boolean inside = Math.min(x, y) >= -ROUNDING && Math.max(x, y) <= 1 + ROUNDING;
        return inside
                ? null
                : box + ", relative to its cell, and its centre outside; an object's label belongs into the cell that"
                        + " has its centre, corners in cells of the grid, not pixels";
    }

    /** The batch with a label and an importance for each output: which box answers is decided here, by the means. */
    OutputBatch assigned(OutputBatch batch) {
        return assigned(batch, Rows.of(batch.mean()));
    }

    private OutputBatch assigned(OutputBatch batch, double[][] mean) {
        double[][] labels = Rows.of(batch.doubleLabels());
        double[][] weights = Rows.of(batch.importanceOrOnes());
        int rows = labels.length;
        int outputs = mean[0].length;
        double[] ofOutputs = new double[rows * outputs];
        double[] importance = new double[rows * outputs];
        for (int n = 0; n < rows; n++) {
            double[] label = new double[outputs];
            double[] weight = new double[outputs];
            assign(labels[n], Arrays.stream(weights[n]).min().orElse(1), mean[n], label, weight);
            for (int i = 0; i < outputs; i++) {
                ofOutputs[i * rows + n] = label[i];
                importance[i * rows + n] = weight[i];
            }
        }
        return batch.withLabels(Rows.matrix(ofOutputs, rows, outputs), Rows.matrix(importance, rows, outputs));
    }

    private void assign(double[] label, double ofCell, double[] mean, double[] ofOutputs, double[] importance) {
        int each = mean.length / priors.length;
        int answering = -1;
        double best = -1;
        boolean object = Arrays.stream(label, CORNERS, label.length).sum() > 0;
        for (int box = 0; box < priors.length; box++) {
            importance[box * each + AssignedBoxes.CONFIDENCE] = ofCell * coordinates * noObject;
            double overlap = object ? overlap(label, mean, box, each) : -1;
            if (overlap > best) {
                best = overlap;
                answering = box;
            }
        }
        if (answering < 0) {
            return;
        }
        int at = answering * each;
        Arrays.fill(importance, at, at + each, ofCell * coordinates);
        for (int k = 0; k < AssignedBoxes.WIDTH; k++) {
            ofOutputs[at + k] = (label[k] + label[k + 2]) / 2;
            ofOutputs[at + AssignedBoxes.WIDTH + k] = Math.sqrt(label[k + 2] - label[k]);
        }
        ofOutputs[at + AssignedBoxes.CONFIDENCE] = best;
        System.arraycopy(label, CORNERS, ofOutputs, at + AssignedBoxes.CLASSES, each - AssignedBoxes.CLASSES);
    }

    /** Intersection over union of a label and a box at the means. */
    private double overlap(double[] corners, double[] mean, int box, int each) {
        double common = 1;
        double predicted = 1;
        double given = 1;
        for (int k = 0; k < 2; k++) {
            double centre = boxes().value(box, k, mean[box * each + k]);
            double root = boxes().value(box, 2 + k, mean[box * each + 2 + k]);
            double size = root * root;
            common *=
                    Math.max(0, Math.min(centre + size / 2, corners[k + 2]) - Math.max(centre - size / 2, corners[k]));
            predicted *= size;
            given *= corners[k + 2] - corners[k];
        }
        return common / (predicted + given - common);
    }

    @Override
    public Update update(OutputBatch batch, Map<String, INDArray> parameters) {
        return boxes().update(assigned(batch), parameters);
    }

    /** Of the boxes that answered before the step: another choice is not what the solve expects. */
    @Override
    public INDArray stepLoss(OutputBatch batch, INDArray before, Map<String, INDArray> parameters) {
        return boxes().negativeLogLikelihood(assigned(batch, Rows.of(before)), parameters);
    }

    @Override
    public double[] learn(String parameter, double[] current, Statistic statistic, LearningPhase phase) {
        return boxes().learn(parameter, current, statistic, phase);
    }

    @Override
    public INDArray negativeLogLikelihood(OutputBatch batch, Map<String, INDArray> parameters) {
        return boxes().negativeLogLikelihood(assigned(batch), parameters);
    }

    @Override
    public Prediction predict(Moments potentials, Map<String, INDArray> parameters) {
        return boxes().predict(potentials, parameters);
    }

    @Override
    public PointScale pointScale(Map<String, INDArray> parameters) {
        return PointScale.of(1, 0);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ObjectLikelihood that
                && Arrays.deepEquals(priors, that.priors)
                && coordinates == that.coordinates
                && noObject == that.noObject;
    }

    @Override
    public int hashCode() {
        return Objects.hash(Arrays.deepHashCode(priors), coordinates, noObject);
    }

    @Override
    public String toString() {
        return "ObjectLikelihood(priors=" + Arrays.deepToString(priors) + ", coordinates=" + coordinates + ", noObject="
                + noObject + ")";
    }
}
