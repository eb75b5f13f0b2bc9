package io.github.dl4jep.accuracy;

import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.samediff.EpSameDiff;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;

/** Dense ReLU networks written in SameDiff. */
final class SameDiffTwin {

    private static final long SEED = 1;

    private SameDiffTwin() {}

    /** With softmax cross-entropy for several outputs, else the mean squared error. */
    static SameDiff graph(int... sizes) {
        SameDiff sd = SameDiff.create();
        int outputs = sizes[sizes.length - 1];
        SDVariable activation = sd.placeHolder("input", DataType.FLOAT, -1, sizes[0]);
        SDVariable label = sd.placeHolder("label", DataType.FLOAT, -1, outputs);
        for (int i = 0; i + 1 < sizes.length; i++) {
            SDVariable weight = sd.var("w" + i, DataType.FLOAT, sizes[i], sizes[i + 1]);
            SDVariable linear = activation.mmul(weight).add(sd.var("b" + i, DataType.FLOAT, sizes[i + 1]));
            activation = i + 2 < sizes.length ? sd.nn.relu(linear, 0) : linear;
        }
        if (outputs > 1) {
            sd.loss.softmaxCrossEntropy("loss", label, activation, null);
        } else {
            sd.loss.meanSquaredError("loss", label, activation, null);
        }
        sd.setTrainingConfig(TrainingConfig.builder()
                .updater(new Adam())
                .dataSetFeatureMapping("input")
                .dataSetLabelMapping("label")
                .build());
        return sd;
    }

    /** A trainer from the same seed as {@link Training}'s. */
    static EpSameDiff trainer(SameDiff sd) {
        return EpSameDiff.of(sd, EpOptions.defaults(), SEED);
    }
}
