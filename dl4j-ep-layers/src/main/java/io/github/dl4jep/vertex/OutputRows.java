package io.github.dl4jep.vertex;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.Moments;
import java.util.Arrays;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Outputs with positions, such as the pixels of a segmented image, as rows: every position of every example is one, the minibatch
 * fastest. Without positions the rows are the examples.
 *
 * <p>Shapes: potentials [minibatch, outputs x positions] are, f-ordered, [positions x minibatch, outputs] without a copy.
 *
 * @param format where DL4J's labels and predictions have the outputs
 * @param outputs number of outputs at each position
 * @param spatialRank number of dimensions of the positions: 0 for none
 */
public record OutputRows(ExampleFormat format, long outputs, int spatialRank) {

    /** Labels [minibatch, outputs]. */
    public static OutputRows examples(long outputs) {
        return new OutputRows(ExampleFormat.CHANNELS_FIRST, outputs, 0);
    }

    /** The same places with another number of outputs. */
    OutputRows withOutputs(long number) {
        return new OutputRows(format, number, spatialRank);
    }

    /** [minibatch, outputs x positions] as rows. */
    INDArray rows(INDArray matrix) {
        return spatialRank == 0 ? matrix : reshaped(matrix, matrix.length() / outputs, outputs);
    }

    /** Rows as [minibatch, columns x positions]; columns is what a row has. */
    INDArray matrix(INDArray rows, long batch) {
        return spatialRank == 0 ? rows : reshaped(rows, batch, rows.length() / batch);
    }

    private static INDArray reshaped(INDArray array, long rows, long columns) {
        INDArray dense = array.ordering() == 'f' && array.elementWiseStride() == 1 ? array : array.dup('f');
        return dense.reshape('f', rows, columns);
    }

    Moments rows(Moments potentials, String where) {
        if (spatialRank == 0) {
            if (potentials.shape().spatialRank() == 1 && potentials.shape().channels() == outputs) {
                throw new DL4JInvalidInputException("An example's output has shape " + potentials.shape()
                        + ", allowed is [" + outputs + "] at " + where
                        + "; labels at every step need an RnnLossLayer or RnnOutputLayer");
            }
            return potentials;
        }
        INDArray variance = potentials.variance();
        return new Moments(rows(potentials.mean()), variance == null ? null : rows(variance));
    }

    /** DL4J's labels, or a prediction shaped like them, as rows. */
    public INDArray labelRows(INDArray labels) {
        return spatialRank == 0 ? labels : rows(format.observed(labels).mean());
    }

    /** DL4J's labels as rows, as the likelihood takes them. */
    INDArray placed(INDArray labels, Likelihood likelihood) {
        INDArray rows = labelRows(labels);
        return spatialRank == 0
                ? rows
                : likelihood.placed(rows, format.observed(labels).shape());
    }

    /**
     * A label mask as a weight for every row and output.
     *
     * @param mask [minibatch, 1], shaped as the labels, as the labels with one output, or [minibatch, positions]
     * @param labels DL4J's labels
     * @return [rows, outputs], double
     */
    INDArray maskRows(INDArray mask, INDArray labels) {
        INDArray rows = maskOfRows(mask.castTo(DataType.DOUBLE), labels);
        return rows.length() * outputs == labels.length()
                ? rows.reshape(rows.length(), 1)
                        .broadcast(rows.length(), outputs)
                        .dup('f')
                : rows;
    }

    /**
     * Labels as they are learned from.
     *
     * @param labels DL4J's labels
     * @param mask their mask, or null
     * @return the labels, 0 where the mask leaves them out
     */
    public INDArray seen(INDArray labels, @Nullable INDArray mask) {
        if (mask == null) {
            return labels;
        }
        INDArray rows = labelRows(labels).dup('f');
        double[] weights = Rows.columns(maskRows(mask, labels));
        float[] values = rows.castTo(DataType.FLOAT).data().asFloat();
        for (int i = 0; i < values.length; i++) {
            values[i] = weights[i % weights.length] == 0 ? 0 : values[i];
        }
        return array(
                Nd4j.createFromArray(values).reshape('f', rows.shape()),
                format.observed(labels).shape());
    }

    /** Label mask times the loss's weights of labels, [rows, label columns], or null for 1 everywhere. */
    @Nullable
    INDArray importance(INDArray labels, @Nullable INDArray mask, Likelihood likelihood, @Nullable INDArray ofOutputs) {
        if (mask == null && ofOutputs == null) {
            return null;
        }
        INDArray importance =
                mask == null ? Nd4j.ones(DataType.DOUBLE, labels.length() / outputs, outputs) : maskRows(mask, labels);
        if (ofOutputs == null) {
            return importance;
        }
        INDArray row = ofOutputs.castTo(DataType.DOUBLE).reshape(1, ofOutputs.length());
        INDArray weights = likelihood.weightsOf(labelRows(labels), row);
        return weights.rows() == 1 ? importance.mulRowVector(weights) : importance.mul(weights);
    }

    private INDArray maskOfRows(INDArray mask, INDArray labels) {
        long batch = labels.size(0);
        long positions = labels.length() / batch / outputs;
        if (mask.length() == labels.length()) {
            return spatialRank == 0 ? mask.reshape(labels.shape()) : labelRows(mask);
        }
        if (mask.length() == batch) {
            return mask.reshape(batch, 1).broadcast(batch, positions).dup('f').reshape('f', batch * positions, 1);
        }
        INDArray matrix = mask.rank() == 2 ? mask : format.observed(mask).mean();
        return reshaped(matrix, batch * positions, 1);
    }

    /** Rows in DL4J's own shape: [minibatch, ...] with as many outputs as a row has columns. */
    public INDArray array(INDArray rows, ExampleShape potentials) {
        if (spatialRank == 0) {
            return rows;
        }
        long[] dims = potentials.dims();
        dims[0] = rows.size(1);
        long batch = rows.size(0) / potentials.positions();
        return format.array(Moments.pointMass(matrix(rows, batch)).shapedAs(ExampleShape.of(dims)));
    }

    /** Throws unless labels and mask are of a shape that the layer takes. */
    void validate(INDArray labels, @Nullable INDArray mask, String where) {
        int outputDimension = format == ExampleFormat.CHANNELS_FIRST ? 1 : labels.rank() - 1;
        if (labels.rank() != 2 + spatialRank || labels.size(outputDimension) != outputs) {
            throw new DL4JInvalidInputException("Labels have shape " + Arrays.toString(labels.shape())
                    + ", allowed is " + shape() + " at " + where
                    + "; check the number of classes of the iterator or nOut of the layer");
        }
        if (mask != null && !isMaskOf(mask, labels)) {
            throw new DL4JInvalidInputException("Label mask has shape " + Arrays.toString(mask.shape())
                    + ", allowed are [" + labels.size(0) + ", 1] and " + Arrays.toString(labels.shape())
                    + (spatialRank == 0 ? "" : ", also with one output or as [" + labels.size(0) + ", positions],")
                    + " at " + where);
        }
        if (mask != null) {
            requireWeights(mask, where);
        }
    }

    private static void requireWeights(INDArray mask, String where) {
        double[] values = mask.castTo(DataType.DOUBLE).dup('c').data().asDouble();
        for (int i = 0; i < values.length; i++) {
            if (!(values[i] >= 0 && values[i] < Double.POSITIVE_INFINITY)) {
                throw new DL4JInvalidInputException("The label mask of example " + i / (values.length / mask.size(0))
                        + " has the value " + values[i] + " at " + where
                        + "; allowed are 0 (not learned from) and positive numbers, the weights of labels");
            }
        }
    }

    private String shape() {
        if (spatialRank == 0) {
            return "[minibatch, " + outputs + "]";
        }
        String positions = "a size for each of " + spatialRank + " dimension(s)";
        return format == ExampleFormat.CHANNELS_FIRST
                ? "[minibatch, " + outputs + ", " + positions + "]"
                : "[minibatch, " + positions + ", " + outputs + "]";
    }

    private boolean isMaskOf(INDArray mask, INDArray labels) {
        if (mask.size(0) != labels.size(0)) {
            return false;
        }
        boolean ofPositions = spatialRank > 0
                && mask.length() * outputs == labels.length()
                && (mask.rank() == 2 || mask.rank() == labels.rank());
        return mask.length() == labels.size(0) || Arrays.equals(mask.shape(), labels.shape()) || ofPositions;
    }

    /** Throws unless labels are at the positions of the potentials. */
    void requireSamePositions(INDArray labels, Moments potentials, long ofPotentials, String where) {
        if (spatialRank > 0 && labels.length() / outputs != potentials.mean().length() / ofPotentials) {
            throw new DL4JInvalidInputException("Labels have shape " + Arrays.toString(labels.shape())
                    + ", but an example's output has shape " + potentials.shape() + " (outputs first) at " + where
                    + "; labels must be at the same positions");
        }
    }
}
