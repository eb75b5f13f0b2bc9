package io.github.dl4jep.density;

import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.OutputBatch;
import io.github.dl4jep.likelihood.TargetScaling;
import io.github.dl4jep.weight.Parameters;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Between labels and standardised labels: an offset and a scale of each column, learned once from the first batch. */
final class LabelUnits {

    static final String OFFSET = "targetOffset";
    static final String SCALE = "targetScale";

    private LabelUnits() {}

    /** The scaling of a batch, that of its own labels if none was learned yet; null for labels that are taken as they are. */
    static @Nullable TargetScaling of(
            DensityLikelihood.Standardised how, OutputBatch batch, Map<String, INDArray> parameters) {
        if (how == DensityLikelihood.Standardised.NOT) {
            return null;
        }
        if (Parameters.scalar(parameters, SCALE) != 0) {
            return new TargetScaling(Parameters.row(parameters, OFFSET), Parameters.row(parameters, SCALE));
        }
        TargetScaling first = TargetScaling.from(batch.doubleLabels(), batch.importanceOrOnes());
        boolean plain = first.offset().eq(0).all() && first.scale().eq(1).all();
        if (plain || how == DensityLikelihood.Standardised.LOCATION_AND_SCALE) {
            return first;
        }
        INDArray squares = first.offset().mul(first.offset()).addi(first.scale().mul(first.scale()));
        return new TargetScaling(first.offset().mul(0), Transforms.sqrt(squares, false));
    }

    static INDArray standardise(INDArray labels, @Nullable TargetScaling scaling) {
        return scaling == null ? labels : scaling.standardise(labels);
    }

    /** Scale and offset that turn standardised labels into labels. */
    static Likelihood.PointScale scale(
            DensityLikelihood.Standardised how, Map<String, INDArray> parameters, int columns) {
        if (how == DensityLikelihood.Standardised.NOT) {
            return new Likelihood.PointScale(
                    Nd4j.ones(DataType.DOUBLE, 1, columns), Nd4j.zeros(DataType.DOUBLE, 1, columns));
        }
        INDArray scale = Parameters.row(parameters, SCALE);
        INDArray unset = scale.eq(0).castTo(DataType.DOUBLE);
        return new Likelihood.PointScale(scale.addi(unset), Parameters.row(parameters, OFFSET));
    }
}
