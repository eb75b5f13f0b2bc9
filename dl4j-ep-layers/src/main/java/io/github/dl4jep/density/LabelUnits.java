package io.github.dl4jep.density;

import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.learned.TargetScaling;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.OutputBatch;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Between labels and standardised labels: an offset and a scale of each column, as {@link TargetScaling} learns them. */
final class LabelUnits {

    private LabelUnits() {}

    /** What a batch says about its labels. */
    static Statistic statistic(OutputBatch batch, Map<String, INDArray> parameters) {
        return TargetScaling.statistic(
                TargetScaling.of(parameters).offset(), batch.doubleLabels(), batch.importanceOrOnes());
    }

    /** The scaling of a batch that is learned; null for labels that are taken as they are. */
    static @Nullable TargetScaling learned(
            DensityLikelihood.Standardised how, OutputBatch batch, Map<String, INDArray> parameters) {
        return how == DensityLikelihood.Standardised.NOT
                ? null
                : as(how, TargetScaling.with(parameters, statistic(batch, parameters)));
    }

    /** The scaling of a batch that is scored, that of its own labels if none was learned yet. */
    static @Nullable TargetScaling of(
            DensityLikelihood.Standardised how, OutputBatch batch, Map<String, INDArray> parameters) {
        return how == DensityLikelihood.Standardised.NOT
                ? null
                : as(
                        how,
                        TargetScaling.isLearned(parameters)
                                ? TargetScaling.of(parameters)
                                : TargetScaling.ofLabels(batch.doubleLabels(), batch.importanceOrOnes()));
    }

    private static TargetScaling as(DensityLikelihood.Standardised how, TargetScaling scaling) {
        if (how == DensityLikelihood.Standardised.LOCATION_AND_SCALE) {
            return scaling;
        }
        // A root mean square, of equal labels 1.4 times that; what stands as it is, offset 0 and scale 1, stays.
        INDArray squares =
                scaling.offset().mul(scaling.offset()).addi(scaling.scale().mul(scaling.scale()));
        return new TargetScaling(scaling.offset().mul(0), Transforms.sqrt(squares, false));
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
        TargetScaling scaling = as(how, TargetScaling.of(parameters));
        return new Likelihood.PointScale(scaling.scale(), scaling.offset());
    }
}
