package io.github.dl4jep.samediff;

import java.util.function.Function;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** Small SameDiff graphs. */
public final class ToySameDiff {

    public static final String INPUT = "input";
    public static final String LABEL = "label";

    private ToySameDiff() {}

    /** 3-8-3 with ReLU and softmax cross-entropy; weights w0, b0, w1, b1, output "softmax", loss "loss". */
    public static SameDiff classifier() {
        return classifier(sd -> sd.nn.relu(linear(sd, sd.getVariable(INPUT), 0, 3, 8), 0), 8);
    }

    /** The same with other hidden layers. */
    public static SameDiff classifier(Function<SameDiff, SDVariable> hidden, int width) {
        SameDiff sd = SameDiff.create();
        sd.placeHolder(INPUT, DataType.FLOAT, -1, 3);
        SDVariable label = sd.placeHolder(LABEL, DataType.FLOAT, -1, 3);
        SDVariable logits = linear(sd, hidden.apply(sd), 1, width, 3);
        sd.nn.softmax("softmax", logits);
        sd.loss.softmaxCrossEntropy("loss", label, logits, null);
        return configured(sd);
    }

    /** x w + b with random variables of that number. */
    public static SDVariable linear(SameDiff sd, SDVariable input, int number, int nIn, int nOut) {
        SDVariable weight = sd.var("w" + number, Nd4j.rand(DataType.FLOAT, nIn, nOut));
        SDVariable bias = sd.var("b" + number, Nd4j.rand(DataType.FLOAT, nOut));
        return input.mmul(weight).add(bias);
    }

    /** The graph with the mapping of its two placeholders. */
    public static SameDiff configured(SameDiff sd) {
        sd.setTrainingConfig(TrainingConfig.builder()
                .updater(new Adam(1e-2))
                .dataSetFeatureMapping(INPUT)
                .dataSetLabelMapping(LABEL)
                .build());
        return sd;
    }
}
