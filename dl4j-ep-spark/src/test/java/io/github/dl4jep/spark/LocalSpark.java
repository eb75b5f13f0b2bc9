package io.github.dl4jep.spark;

import io.github.dl4jep.network.EpMultiLayerNetwork;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;

/** Spark in this process, one for all tests. */
final class LocalSpark {

    /** Examples of the joint batches of tests. */
    static final int BATCH = 40;

    private static final JavaSparkContext CONTEXT = new JavaSparkContext(new SparkConf()
            .setMaster("local[2]")
            .setAppName("dl4j-ep-spark")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1")
            .set("spark.driver.bindAddress", "127.0.0.1"));

    private LocalSpark() {}

    static JavaSparkContext context() {
        return CONTEXT;
    }

    static SparkDl4jMultiLayer of(EpMultiLayerNetwork network, int workers) {
        EpTrainingMaster master =
                EpTrainingMaster.builder().batchSize(BATCH).workers(workers).build();
        return new SparkDl4jMultiLayer(CONTEXT, network, master);
    }
}
