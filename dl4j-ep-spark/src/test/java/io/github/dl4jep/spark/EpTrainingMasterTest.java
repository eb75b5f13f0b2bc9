package io.github.dl4jep.spark;

import static io.github.dl4jep.spark.LocalSpark.BATCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.store.EpCheckpoints;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** Training in Spark's local mode is that of one process. */
@Tag("spark")
class EpTrainingMasterTest {

    private final JavaSparkContext context = LocalSpark.context();

    /** Thirty steps in two passes, the last batch of each smaller; data in five partitions of sets of any size. */
    @ParameterizedTest
    @CsvSource({
        "dense, 2",
        "dense, 4",
        "convolutional, 2",
        "convolutional, 4",
        "regression, 2",
        "regression, 4",
        "sequences, 2",
        "sequences, 4"
    })
    void workersTogetherLearnAsOneProcess(String name, int workers) {
        DataSet data = Networks.data(name, 14 * BATCH + 17);
        EpMultiLayerNetwork one = Networks.named(name);
        SparkDl4jMultiLayer spark = LocalSpark.of(Networks.named(name), workers);
        JavaRDD<DataSet> rdd = context.parallelize(Networks.uneven(data), 5);
        for (int pass = 0; pass < 2; pass++) {
            for (DataSet batch : data.batchBy(BATCH)) {
                one.fit(batch);
            }
            one.incrementEpochCount();
            spark.fit(rdd);
        }
        EpMultiLayerNetwork trained = (EpMultiLayerNetwork) spark.getNetwork();
        assertThat(trained.getIterationCount()).isEqualTo(30).isEqualTo(one.getIterationCount());
        assertThat(trained.getEpochCount()).isEqualTo(2);
        assertThat(trained.passCounter()).isEqualTo(one.passCounter());
        assertThat(Networks.relative(trained.params(), one.params())).isLessThan(1e-4);
        assertThat(spark.getScore()).isCloseTo(one.score(), within(1e-3));
    }

    /** A large batch of classes is learned from in turns: workers have the posterior between them. */
    @Test
    void largeBatchesOfClassesAreLearnedFromInTurns() {
        int batchSize = 4 * BATCH;
        DataSet data = Networks.data("dense", 3 * batchSize);
        EpMultiLayerNetwork one = Networks.dense();
        EpMultiLayerNetwork start = one.clone();
        SparkDl4jMultiLayer spark = new SparkDl4jMultiLayer(
                context,
                Networks.dense(),
                EpTrainingMaster.builder().batchSize(batchSize).workers(2).build());
        for (int pass = 0; pass < 2; pass++) {
            for (DataSet batch : data.batchBy(batchSize)) {
                one.fit(batch);
            }
            one.incrementEpochCount();
            spark.fit(context.parallelize(Networks.uneven(data), 5));
        }
        assertThat(Networks.relative(start.params(), one.params())).isGreaterThan(1e-2);
        assertThat(Networks.relative(spark.getNetwork().params(), one.params())).isLessThan(1e-4);
    }

    /** Signs that a memory's covariance draws are those of the number of the batch, so not those of one process. */
    @Test
    void severalWorkersLearnFromSequencesAsOneWorker() {
        JavaRDD<DataSet> rdd = context.parallelize(Networks.uneven(Networks.data("memory", 14 * BATCH + 17)), 5);
        List<INDArray> learned = Stream.of(1, 2, 4)
                .map(workers -> {
                    SparkDl4jMultiLayer spark = LocalSpark.of(Networks.memory(), workers);
                    spark.fit(rdd);
                    spark.fit(rdd);
                    return spark.getNetwork().params();
                })
                .toList();
        assertThat(Networks.relative(learned.get(1), learned.get(0))).isLessThan(1e-4);
        assertThat(Networks.relative(learned.get(2), learned.get(0))).isLessThan(1e-4);
    }

    /** So many workers that tasks add up what several say before the driver does. */
    @Test
    void sumsOfManyWorkersAreThoseOfOneProcess() {
        DataSet data = Networks.data("regression", 3 * BATCH);
        EpMultiLayerNetwork one = Networks.regression();
        for (DataSet batch : data.batchBy(BATCH)) {
            one.fit(batch);
        }
        SparkDl4jMultiLayer spark = LocalSpark.of(Networks.regression(), 12);
        spark.fit(context.parallelize(Networks.uneven(data), 3));
        assertThat(Networks.relative(spark.getNetwork().params(), one.params())).isLessThan(1e-4);
    }

    /** Batches of three examples for four workers, and partitions without any. */
    @Test
    void emptyPartitionsAndBatchesSmallerThanTheNumberOfWorkersAreLearnedFrom() {
        DataSet data = Networks.data("regression", 14);
        EpMultiLayerNetwork one = Networks.regression();
        for (DataSet batch : data.batchBy(3)) {
            one.fit(batch);
        }
        EpTrainingMaster master =
                EpTrainingMaster.builder().batchSize(3).workers(4).build();
        SparkDl4jMultiLayer spark = new SparkDl4jMultiLayer(context, Networks.regression(), master);
        spark.fit(context.parallelize(Networks.uneven(data), 9));
        assertThat(Networks.relative(spark.getNetwork().params(), one.params())).isLessThan(1e-4);
    }

    @Test
    void aNumberThatIsNotFiniteIsNamedWithItsPartition() {
        DataSet data = Networks.data("dense", 2 * BATCH);
        EpMultiLayerNetwork one = Networks.dense();
        one.fit(data.batchBy(BATCH).get(0));
        data.getFeatures().putScalar(BATCH + BATCH / 2 + 3, 2, Double.NaN);
        SparkDl4jMultiLayer spark = LocalSpark.of(Networks.dense(), 2);
        JavaRDD<DataSet> rdd = context.parallelize(Networks.uneven(data), 3);
        assertThatThrownBy(() -> spark.fit(rdd))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageStartingWith(
                        "Partition 1, whose rows are 20 to 39 of batch 1: A feature is NaN at batch 1, row 3,"
                                + " column 2; allowed are finite numbers. The posterior is unchanged");
        // The first batch was learned, of the second nothing.
        assertThat(Networks.relative(spark.getNetwork().params(), one.params())).isLessThan(1e-4);
        assertThat(((EpMultiLayerNetwork) spark.getNetwork()).getIterationCount())
                .isEqualTo(1);
    }

    @Test
    void whatCannotBeSharedIsRefused() {
        JavaRDD<DataSet> rdd = context.parallelize(Networks.uneven(Networks.data("dense", 20)), 2);
        EpMultiLayerNetwork normalised = EpNetworks.from(Networks.of(
                InputType.feedForward(6),
                new DenseLayer.Builder().nOut(8).build(),
                new BatchNormalization(),
                new OutputLayer.Builder(new LossMCXENT())
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build()));
        INDArray before = normalised.params().dup();
        assertThatThrownBy(() -> LocalSpark.of(normalised, 2).fit(rdd))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageStartingWith(
                        "Batch normalization takes mean and variance of all examples of a batch at layer");
        assertThat(normalised.params()).isEqualTo(before);
        MultiLayerNetwork stock = Networks.dense().toPointNetwork();
        SparkDl4jMultiLayer ofStock = new SparkDl4jMultiLayer(
                context, stock, EpTrainingMaster.builder().build());
        assertThatThrownBy(() -> ofStock.fit(rdd))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage("The network is a MultiLayerNetwork, allowed are EP networks; give SparkDl4jMultiLayer or"
                        + " SparkComputationGraph the network that EpNetworks.from(configuration) returns, not its"
                        + " configuration");
        JavaRDD<DataSet> none = context.parallelize(List.<DataSet>of(), 3);
        assertThatThrownBy(() -> LocalSpark.of(Networks.dense(), 2).fit(none))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage("The RDD has no example in its 3 partition(s); allowed is one or more. The posterior is"
                        + " unchanged; check its source");
    }

    /** The same network from sets, from sets of several arrays and from files. */
    @Test
    void graphsLearnFromSetsAndFiles(@TempDir File folder) throws IOException {
        DataSet data = Networks.data("regression", 3 * BATCH);
        EpMultiLayerNetwork one = Networks.regression();
        for (DataSet batch : data.batchBy(BATCH)) {
            one.fit(batch);
        }
        List<DataSet> sets = Networks.uneven(data);
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < sets.size(); i++) {
            File file = new File(folder, "set-" + i + ".bin");
            sets.get(i).save(file);
            paths.add(file.getPath());
        }
        JavaRDD<DataSet> rdd = context.parallelize(sets, 3);
        JavaRDD<String> files = context.parallelize(paths, 2);
        List<INDArray> learned = List.of(
                graph().fit(rdd).params(),
                graph().fitMultiDataSet(rdd.map(DataSet::toMultiDataSet)).params(),
                graph().fitPaths(files).params(),
                LocalSpark.of(Networks.regression(), 2).fitPaths(files).params());
        for (INDArray parameters : learned) {
            assertThat(Networks.relative(parameters, one.params())).isLessThan(1e-4);
        }
    }

    private SparkComputationGraph graph() {
        EpComputationGraph network = EpNetworks.from(
                Networks.regression().toPointNetwork().toComputationGraph().getConfiguration(),
                Networks.ofRegression());
        network.setParams(Networks.regression().params());
        return new SparkComputationGraph(
                context,
                network,
                EpTrainingMaster.builder().batchSize(BATCH).workers(2).build());
    }

    private SparkDl4jMultiLayer withCheckpoints(EpMultiLayerNetwork network, EpCheckpoints checkpoints) {
        EpTrainingMaster master = EpTrainingMaster.builder()
                .batchSize(BATCH)
                .workers(2)
                .checkpoints(checkpoints)
                .build();
        return new SparkDl4jMultiLayer(context, network, master);
    }

    /** A driver that stops in the middle of a pass, and one that takes up its checkpoint. */
    @Test
    void aDriverGoesOnFromItsCheckpoint(@TempDir File folder) {
        DataSet data = Networks.data("regression", 6 * BATCH);
        JavaRDD<DataSet> rdd = context.parallelize(Networks.uneven(data), 3);
        SparkDl4jMultiLayer whole = LocalSpark.of(Networks.regression(), 2);
        whole.fit(rdd);
        whole.fit(rdd);
        EpCheckpoints checkpoints = EpCheckpoints.in(folder).every(2);
        SparkDl4jMultiLayer stopped = withCheckpoints(Networks.regression(), checkpoints);
        stopped.setListeners(new BaseTrainingListener() {
            @Override
            public void iterationDone(Model model, int iteration, int epoch) {
                if (iteration == 9) {
                    throw new IllegalStateException("the driver stops");
                }
            }
        });
        stopped.fit(rdd);
        assertThatThrownBy(() -> stopped.fit(rdd)).hasMessage("the driver stops");
        EpMultiLayerNetwork resumed = checkpoints.resume(Networks.regression());
        assertThat(resumed.getIterationCount()).isEqualTo(8);
        assertThat(resumed.getEpochCount()).isEqualTo(1);
        SparkDl4jMultiLayer goingOn = withCheckpoints(resumed, checkpoints);
        goingOn.fit(rdd);
        assertThat(goingOn.getNetwork().params()).isEqualTo(whole.getNetwork().params());
        assertThat(checkpoints.resume(Networks.regression()).getEpochCount()).isEqualTo(2);
    }
}
