package io.github.dl4jep.spike;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

class SpikePreProcessorTest {

    @Test
    void replacesFeaturesByOneTimeStep() {
        INDArray x = Nd4j.rand(30, 4);
        DataSet batch = new DataSet(x.dup(), Nd4j.zeros(30, 1));

        new SpikePreProcessor(LatencyCode.held(), 6, 1).preProcess(batch);

        INDArray spikes = batch.getFeatures();
        assertThat(spikes.shape()).containsExactly(30, 4);
        assertThat(spikes.gt(0)).isEqualTo(spikes.eq(1));
        assertThat(spikes.meanNumber().doubleValue()).isBetween(0.1, 0.9);
    }

    @Test
    void batchesHaveSpikesOfTheirOwnThatASeedRepeats() {
        int batches = 80;
        INDArray x = Nd4j.valueArrayOf(new long[] {25, 4}, 0.3);
        INDArray first = codedBatches(x, batches, 1);
        Nd4j.getRandom().setSeed(99);
        INDArray again = codedBatches(x, batches, 1);
        INDArray other = codedBatches(x, batches, 2);

        assertThat(again).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
        // Each input fires in 30 % of the batches, and in neighbouring batches independently.
        double error = Math.sqrt(0.3 * 0.7 / batches);
        INDArray rates = first.mean(0).sub(0.3);
        assertThat(rates.amaxNumber().doubleValue()).isCloseTo(0, within(4 * error));
        double together = 0;
        for (int batch = 1; batch < batches; batch++) {
            together +=
                    first.slice(batch).mul(first.slice(batch - 1)).meanNumber().doubleValue() / (batches - 1);
        }
        assertThat(together).isCloseTo(0.09, within(4 * Math.sqrt(0.09 * 0.91 / (100 * batches))));
    }

    private static INDArray codedBatches(INDArray x, int batches, long seed) {
        SpikePreProcessor code = new SpikePreProcessor(new RateCode(), 1, seed);
        INDArray[] coded = new INDArray[batches];
        for (int i = 0; i < batches; i++) {
            DataSet batch = new DataSet(x.dup(), Nd4j.zeros(25, 1));
            code.preProcess(batch);
            coded[i] = batch.getFeatures();
        }
        return Nd4j.stack(0, coded);
    }

    @Test
    void leavesNd4jsGeneratorAsItWas() {
        Nd4j.getRandom().setSeed(5);
        INDArray expected = Nd4j.randn(3, 3);
        Nd4j.getRandom().setSeed(5);

        new SpikePreProcessor(new RateCode(), 3, 7).preProcess(new DataSet(Nd4j.ones(2, 2), Nd4j.ones(2, 2)));

        assertThat(Nd4j.getRandom().getSeed()).isEqualTo(5);
        assertThat(Nd4j.randn(3, 3)).isEqualTo(expected);
    }

    @Test
    void epAndStockTrainersLearnFromSpikes() {
        DataSet train = ToyData.threeClasses(600, 1);
        DataSet test = ToyData.threeClasses(300, 2);
        NormalizerMinMaxScaler scaler = new NormalizerMinMaxScaler();
        scaler.fit(train);
        scaler.transform(train);
        scaler.transform(test);
        test.setFeatures(Transforms.max(Transforms.min(test.getFeatures(), 1), 0));
        EpMultiLayerNetwork ep = EpNetworks.from(ToyNetworks.classifier());
        MultiLayerNetwork stock = new MultiLayerNetwork(ToyNetworks.classifier());
        stock.init();
        stock.setLearningRate(0.3);

        for (MultiLayerNetwork network : new MultiLayerNetwork[] {ep, stock}) {
            DataSetIterator batches = ToyData.batches(train, 30);
            batches.setPreProcessor(new SpikePreProcessor(new RateCode(), 25, 1));
            network.fit(batches, 4);

            Nd4j.getRandom().setSeed(4);
            Evaluation evaluation = new Evaluation();
            evaluation.eval(
                    test.getLabels(),
                    SpikingRun.of(network).timeSteps(25).code(new RateCode()).output(test.getFeatures()));
            assertThat(evaluation.accuracy()).isGreaterThan(0.9);
        }
    }

    @Test
    void refusesWhatItCannotCode() {
        assertThatThrownBy(() -> new SpikePreProcessor(new RateCode(), 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("number of time steps is 0, allowed: 1 and more");
        SpikePreProcessor code = new SpikePreProcessor(new RateCode(), 1, 1);
        assertThatThrownBy(() -> code.preProcess(ToyData.threeClasses(5, 1)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("allowed is [0, 1]");
    }
}
