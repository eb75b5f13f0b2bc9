package io.github.dl4jep.imported;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.modelimport.keras.KerasModelImport;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

class KerasImportTest {

    @TempDir
    private Path folder;

    @Test
    void anImportedModelIsTrained() throws Exception {
        Nd4j.getRandom().setSeed(1);
        INDArray kernel = Nd4j.randn(DataType.FLOAT, 4, 16);
        INDArray lastKernel = Nd4j.randn(DataType.FLOAT, 16, 3);
        Path file = folder.resolve("model.h5");
        KerasFile.write(
                file,
                List.of(
                        new KerasFile.Dense("hidden", "relu", kernel, Nd4j.ones(DataType.FLOAT, 16)),
                        new KerasFile.Dense("last", "softmax", lastKernel, Nd4j.zeros(DataType.FLOAT, 3))));
        DataSet data = clusters();

        MultiLayerNetwork imported = KerasModelImport.importKerasSequentialModelAndWeights(file.toString());
        INDArray hidden = Transforms.relu(data.getFeatures().mmul(kernel).addi(1));
        INDArray expected = Transforms.softmax(hidden.mmul(lastKernel));
        assertThat(imported.output(data.getFeatures()).equalsWithEps(expected, 1e-5))
                .isTrue();

        EpMultiLayerNetwork net = EpNetworks.from(imported);
        net.fit(new ViewIterator(data, 30), 5);
        Evaluation evaluation = new Evaluation();
        evaluation.eval(data.getLabels(), net.output(data.getFeatures()));
        assertThat(evaluation.accuracy()).isGreaterThan(0.9);
    }

    /** Each class is large in a feature of its own. */
    private static DataSet clusters() {
        Random random = new Random(2);
        INDArray features = Nd4j.create(DataType.FLOAT, 300, 4);
        INDArray labels = Nd4j.zeros(DataType.FLOAT, 300, 3);
        for (int n = 0; n < 300; n++) {
            int label = random.nextInt(3);
            labels.putScalar(n, label, 1);
            for (int i = 0; i < 4; i++) {
                features.putScalar(n, i, random.nextGaussian() * 0.5 + (i == label ? 2 : 0));
            }
        }
        return new DataSet(features, labels);
    }
}
