package io.github.dl4jep.coverage;

import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * One kind of example with data to learn from: network, updater, batches and passes as the example has them, smaller where it is large.
 *
 * @param name what it is
 * @param list the definition, if it is a list of layers
 * @param graph the definition, if it is a graph
 * @param data what is learned from and what errors are measured on
 * @param batch rows of a batch
 * @param passes passes over the rows
 * @param measure the error
 */
record Figure(
        String name,
        @Nullable Supplier<MultiLayerConfiguration> list,
        @Nullable Supplier<ComputationGraphConfiguration> graph,
        Supplier<Split> data,
        int batch,
        int passes,
        Measure measure) {

    /**
     * Rows to learn from and others.
     *
     * @param train rows to learn from
     * @param test others of the same kind
     */
    record Split(MultiDataSet train, MultiDataSet test) {}

    /** An error of predictions. */
    enum Measure {
        /** Share of the rows (or positions) whose largest output is another than the label's, in %. */
        WRONG_CLASSES("wrong, %") {
            @Override
            double of(List<INDArray> outputs, INDArray[] labels) {
                double wrong = 0;
                for (int i = 0; i < labels.length; i++) {
                    INDArray differs = outputs.get(i).argMax(1).neq(labels[i].argMax(1));
                    wrong += 100.0
                            * differs.castTo(labels[i].dataType()).meanNumber().doubleValue()
                            / labels.length;
                }
                return wrong;
            }
        },
        /** Share of the outputs on the other side of one half than their label, in %. */
        WRONG_BITS("wrong bits, %") {
            @Override
            double of(List<INDArray> outputs, INDArray[] labels) {
                INDArray differs = outputs.get(0).gt(0.5).neq(labels[0].gt(0.5));
                return 100 * differs.castTo(labels[0].dataType()).meanNumber().doubleValue();
            }
        },
        /** Root of the mean squared difference. */
        DISTANCE("root mean square") {
            @Override
            double of(List<INDArray> outputs, INDArray[] labels) {
                INDArray difference = outputs.get(0).sub(labels[0]);
                double norm = difference.norm2Number().doubleValue();
                return norm / Math.sqrt(difference.length());
            }
        };

        private final String text;

        Measure(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }

        /** The error of the first outputs, or of all. */
        abstract double of(List<INDArray> outputs, INDArray[] labels);
    }
}
