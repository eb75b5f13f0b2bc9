package io.github.dl4jep.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.store.EpCheckpoints;
import java.io.File;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/** Training on a cluster of processes, of which some are killed: the parameters are those of one process. */
@Tag("spark-cluster")
class ClusterTest {

    private static final int BATCH = 40;
    private static final int BATCHES = 12;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    File folder;

    private static DataSet data() {
        return Networks.data("dense", BATCHES * BATCH);
    }

    static JavaRDD<DataSet> rdd(JavaSparkContext context) {
        return context.parallelize(Networks.uneven(data()), 3);
    }

    static SparkDl4jMultiLayer spark(JavaSparkContext context, EpMultiLayerNetwork network, EpCheckpoints checkpoints) {
        EpTrainingMaster master = EpTrainingMaster.builder()
                .batchSize(BATCH)
                .workers(2)
                .checkpoints(checkpoints)
                .build();
        return new SparkDl4jMultiLayer(context, network, master);
    }

    private EpCheckpoints checkpoints(String name) {
        return EpCheckpoints.in(new File(folder, name)).every(2);
    }

    private static INDArray ofOneProcess() {
        EpMultiLayerNetwork one = Networks.dense();
        for (DataSet batch : data().batchBy(BATCH)) {
            one.fit(batch);
        }
        return one.params();
    }

    @Test
    void whatIsKilledChangesNothing() throws IOException, InterruptedException {
        INDArray expected = ofOneProcess();
        try (LoopbackCluster cluster = new LoopbackCluster(folder, 2)) {
            // A driver that ends after batch 7 of the first pass; its last checkpoint has six batches.
            EpCheckpoints ofStopped = checkpoints("stopped");
            Process driver = cluster.start(
                    "driver", StoppedDriver.class.getName(), cluster.url(), new File(folder, "stopped").getPath(), "6");
            assertThat(driver.waitFor(5, TimeUnit.MINUTES)).isTrue();
            assertThat(driver.exitValue()).isEqualTo(StoppedDriver.STATUS);
            try (JavaSparkContext context = cluster.driver()) {
                EpMultiLayerNetwork resumed = ofStopped.resume(Networks.dense());
                assertThat(resumed.getIterationCount()).isEqualTo(6);
                SparkDl4jMultiLayer goingOn = spark(context, resumed, ofStopped);
                goingOn.fit(rdd(context));
                assertThat(Networks.relative(goingOn.getNetwork().params(), expected))
                        .isLessThan(1e-4);
                refusesWhatIsNotFinite(context);
                // A worker that is killed in the middle of a pass, with half of the examples and of what was computed.
                SparkDl4jMultiLayer spark = spark(context, Networks.dense(), checkpoints("killed"));
                spark.setListeners(new BaseTrainingListener() {
                    @Override
                    public void iterationDone(Model model, int iteration, int epoch) {
                        if (iteration == 4) {
                            cluster.kill(1);
                        }
                    }
                });
                spark.fit(rdd(context));
                assertThat(((EpMultiLayerNetwork) spark.getNetwork()).getIterationCount())
                        .isEqualTo(BATCHES);
                assertThat(Networks.relative(spark.getNetwork().params(), expected))
                        .isLessThan(1e-4);
            }
        }
    }

    private void refusesWhatIsNotFinite(JavaSparkContext context) {
        DataSet bad = data();
        bad.getLabels().putScalar(BATCH - 1, 0, Double.NaN);
        SparkDl4jMultiLayer spark = spark(context, Networks.dense(), checkpoints("bad"));
        INDArray before = spark.getNetwork().params().dup();
        JavaRDD<DataSet> rdd = context.parallelize(Networks.uneven(bad), 3);
        assertThatThrownBy(() -> spark.fit(rdd))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageStartingWith(
                        "Partition 1, whose rows are 20 to 39 of batch 0: A label is NaN at batch 0, row 19,"
                                + " column 0; allowed are finite numbers.");
        assertThat(spark.getNetwork().params()).isEqualTo(before);
    }
}
