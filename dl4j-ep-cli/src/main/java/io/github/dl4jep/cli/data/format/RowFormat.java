package io.github.dl4jep.cli.data.format;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.dl4jep.cli.failure.UserException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What rows look like outside of a network, kept in its file: the columns or pixels of the training data, how they were scaled, and
 * what the outputs mean. Scales are in double precision, in the units of the data.
 *
 * @param task what the outputs mean
 * @param columns how the input columns become inputs; empty for images
 * @param label the name of the label column; empty for images
 * @param labelIndex where the label column stood among all columns, from 0; {@value #ELSEWHERE} if labels were in other files
 * @param classes the names of the classes, in the order of the outputs; empty for regression
 * @param means what is subtracted from each input of a table, or from each channel of images
 * @param deviations what each input or channel is then divided by, positive
 * @param targetMean the mean of the training labels of a regression, else 0
 * @param targetDeviation their standard deviation, else 1
 * @param image the shape of images, or null for columns
 * @param pixelUnit what pixels are divided by before the scaling: 255 where bytes became numbers from 0 to 1, else 1
 * @param sequence what sequences of such rows are like, or null if each row stands for itself
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RowFormat(
        Task task,
        List<InputColumn> columns,
        String label,
        int labelIndex,
        List<String> classes,
        List<Double> means,
        List<Double> deviations,
        double targetMean,
        double targetDeviation,
        @Nullable ImageShape image,
        double pixelUnit,
        @Nullable SequenceShape sequence) {
    /** As an index: no column of these files. */
    public static final int ELSEWHERE = -1;

    /**
     * The format of classes of images.
     *
     * @param classes the names of the classes
     * @param shape the shape of an image
     * @param pixelUnit what pixels are divided by first
     * @param means what is then subtracted from each channel
     * @param deviations what each channel is then divided by
     * @return the format
     */
    public static RowFormat images(
            List<String> classes, ImageShape shape, double pixelUnit, double[] means, double[] deviations) {
        return new RowFormat(
                Task.CLASSIFICATION,
                List.of(),
                "",
                0,
                List.copyOf(classes),
                list(means),
                list(deviations),
                0,
                1,
                shape,
                pixelUnit,
                null);
    }

    /**
     * The same for sequences of such rows.
     *
     * @param shape what the sequences are like
     * @param index where the label column stood, or {@value #ELSEWHERE}
     * @return the format
     */
    public RowFormat inSequences(SequenceShape shape, int index) {
        return new RowFormat(
                task,
                columns,
                label,
                index,
                classes,
                means,
                deviations,
                targetMean,
                targetDeviation,
                image,
                pixelUnit,
                shape);
    }

    /** Boxes numbers. */
    public static List<Double> list(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /**
     * Says what is wrong with a format that was read from a file.
     *
     * @return a few words, or null if nothing is
     */
    public @Nullable String problem() {
        @SuppressWarnings("ObjectsEqualsNull") // JSON may leave them out
        boolean missing = task == null
                || columns == null
                || label == null
                || classes == null
                || means == null
                || deviations == null;
        if (missing || means.contains(null) || deviations.contains(null)) {
            return "a part of the row format is missing";
        }
        if (columns.contains(null) || !columns.stream().allMatch(InputColumn::isUsable)) {
            return "a column of the row format cannot be used";
        }
        boolean sizes = deviations.size() == means.size()
                && means.size() == (image == null ? InputColumn.width(columns) : image.channels())
                && (task == Task.CLASSIFICATION ? classes.size() >= 2 : classes.isEmpty())
                && (image == null || (image.height() > 0 && image.width() > 0 && image.channels() > 0))
                && labelIndex >= (sequence == null ? 0 : ELSEWHERE)
                && labelIndex <= columns.size();
        if (!sizes) {
            return "the parts of the row format do not fit together";
        }
        boolean scales =
                IntStream.range(0, means.size()).allMatch(this::scales) && scalesTarget() && isScale(pixelUnit);
        return scales ? null : "a scale of the row format is not a positive finite number";
    }

    /**
     * Looks for numbers that cannot be brought to mean 0 and deviation 1.
     *
     * @return the name of the first input, or of the label; null if there is none
     */
    public @Nullable String unscalable() {
        List<String> names = inputNames();
        for (int i = 0; i < names.size(); i++) {
            if (!scales(i)) {
                return names.get(i);
            }
        }
        return scalesTarget() ? null : label;
    }

    private boolean scales(int input) {
        return Double.isFinite(means.get(input)) && isScale(deviations.get(input));
    }

    private boolean scalesTarget() {
        return Double.isFinite(targetMean) && isScale(targetDeviation);
    }

    private static boolean isScale(double value) {
        return value > 0 && value < Double.POSITIVE_INFINITY;
    }

    /**
     * Returns the number of values in a row.
     *
     * @return inputs of a table's columns, or pixels of all channels
     */
    public int inputs() {
        return image == null ? InputColumn.width(columns) : image.length();
    }

    /**
     * Names the inputs that a table's columns become.
     *
     * @return a name for each
     */
    public List<String> inputNames() {
        return columns.stream().flatMap(column -> column.inputNames().stream()).toList();
    }

    /**
     * Makes the inputs of rows of a table, scaled as those of the training rows were.
     *
     * @param values the input columns, in the order of this format
     * @param count the number of rows
     * @param name what to call the rows in a message
     * @return {@code [rows][inputs]}
     * @throws UserException if a number is too large
     */
    public float[][] scaledRows(List<Column> values, int count, String name) {
        double[][] rows =
                InputColumn.inputs(columns, values, IntStream.range(0, count).toArray());
        double[][] scaled = Standardization.of(array(means), array(deviations)).apply(rows);
        float[][] numbers = new float[count][];
        for (int row = 0; row < count; row++) {
            numbers[row] = new float[scaled[row].length];
            for (int c = 0; c < scaled[row].length; c++) {
                numbers[row][c] = (float) scaled[row][c];
                if (!Float.isFinite(numbers[row][c])) {
                    throw new UserException(name + ", row " + (row + 1) + ", column \""
                            + inputNames().get(c) + "\": " + rows[row][c]
                            + " is too far from the training rows to be scaled in single precision.");
                }
            }
        }
        return numbers;
    }

    /**
     * Scales images as the training images were.
     *
     * @param pixels {@code [rows, values]} in C order, as they were read; changed in place
     * @return the same array
     */
    public INDArray scaledImages(INDArray pixels) {
        if (pixelUnit != 1) {
            pixels.divi(pixelUnit);
        }
        pixelScale().apply(pixels);
        return pixels;
    }

    /**
     * Returns how the channels of images are scaled, after the division by {@link #pixelUnit}.
     *
     * @return the shift and scale
     * @throws IllegalStateException if the rows are no images
     */
    public PixelScale pixelScale() {
        return PixelScale.of(array(means), array(deviations), requireImage());
    }

    /**
     * Arranges rows of images as networks take them whose first layer is for images.
     *
     * @param rows {@code [rows, values]}
     * @return {@code [rows, channels, height, width]}, a view
     * @throws IllegalStateException if the rows are no images
     */
    public INDArray asImages(INDArray rows) {
        ImageShape shape = requireImage();
        return rows.reshape('c', rows.size(0), shape.channels(), shape.height(), shape.width());
    }

    private ImageShape requireImage() {
        if (image == null) {
            throw new IllegalStateException("The rows are no images.");
        }
        return image;
    }
}
