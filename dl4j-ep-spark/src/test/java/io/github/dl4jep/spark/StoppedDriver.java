package io.github.dl4jep.spark;

import io.github.dl4jep.store.EpCheckpoints;
import java.io.File;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;

/** A driver whose process ends in the middle of a pass, as if it was killed. */
final class StoppedDriver {

    /** Status of the process that ends so. */
    static final int STATUS = 42;

    private StoppedDriver() {}

    /** Arguments: URL of the master, folder of the checkpoints, number of the batch after which the process ends. */
    public static void main(String[] arguments) {
        int last = Integer.parseInt(arguments[2]);
        try (JavaSparkContext context = LoopbackCluster.driver(arguments[0])) {
            SparkDl4jMultiLayer spark = ClusterTest.spark(
                    context,
                    Networks.dense(),
                    EpCheckpoints.in(new File(arguments[1])).every(2));
            spark.setListeners(new BaseTrainingListener() {
                @Override
                public void iterationDone(Model model, int iteration, int epoch) {
                    if (iteration == last) {
                        Runtime.getRuntime().halt(STATUS);
                    }
                }
            });
            spark.fit(ClusterTest.rdd(context));
        }
    }
}
