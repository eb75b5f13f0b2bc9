package io.github.dl4jep.spark;

import static io.github.dl4jep.spark.LocalSpark.BATCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.dataset.DataSet;
import scala.Tuple2;

/** What surrounds training: listeners, times, settings, predictions and evaluations. */
@Tag("spark")
class EpSparkTest {

    private final JavaSparkContext context = LocalSpark.context();

    @Test
    void listenersHearOfEveryStepAndTimesAreKept() {
        List<String> heard = new ArrayList<>();
        SparkDl4jMultiLayer spark = LocalSpark.of(Networks.regression(), 2);
        spark.setCollectTrainingStats(true);
        spark.setListeners(new BaseTrainingListener() {
            @Override
            public void iterationDone(Model model, int iteration, int epoch) {
                heard.add(iteration + " of " + epoch + (Double.isFinite(model.score()) ? "" : ", no score"));
            }

            @Override
            public void onEpochStart(Model model) {
                heard.add("start");
            }

            @Override
            public void onEpochEnd(Model model) {
                heard.add("end");
            }
        });
        spark.fit(context.parallelize(Networks.uneven(Networks.data("regression", 3 * BATCH)), 2));
        assertThat(heard).containsExactly("start", "0 of 0", "1 of 0", "2 of 0", "end");
        SparkTrainingStats times = spark.getSparkTrainingStats();
        assertThat(times.getKeySet())
                .containsExactlyInAnyOrder("EpPrepare", "EpBroadcastPosterior", "EpForward", "EpAnswer", "EpStep");
        assertThat(times.getValue("EpStep")).hasSize(3);
        assertThat(times.getValue("EpForward")).hasSize(3);
        assertThat(times.statsAsString()).contains("EpAnswer");
        assertThatThrownBy(() -> times.getValue("Other")).hasMessageStartingWith("key is Other, allowed are [Ep");
    }

    @Test
    void predictionsAndEvaluationsAreThoseOfTheNetwork() {
        DataSet data = Networks.data("dense", 5 * BATCH);
        EpMultiLayerNetwork network = Networks.dense();
        for (DataSet batch : data.batchBy(BATCH)) {
            network.fit(batch);
        }
        List<DataSet> sets = Networks.uneven(data);
        JavaRDD<DataSet> rdd = context.parallelize(sets, 3);
        List<Prediction> predictions =
                EpSpark.predict(context, network, rdd.map(DataSet::getFeatures)).collect();
        for (int i = 0; i < sets.size(); i++) {
            Prediction expected = network.prediction(sets.get(i).getFeatures());
            Prediction found = predictions.get(i);
            assertThat(Networks.relative(found.probabilities(), expected.probabilities()))
                    .isLessThan(1e-5);
            assertThat(Networks.relative(found.epistemicVariance(), expected.epistemicVariance()))
                    .isLessThan(1e-5);
        }
        Prediction keyed = EpSpark.predict(
                        context, network, rdd.mapToPair(set -> new Tuple2<>(set.numExamples(), set.getFeatures())))
                .collectAsMap()
                .get(sets.get(2).numExamples());
        assertThat(keyed.mean().rows()).isEqualTo(sets.get(2).numExamples());
        Evaluation all = EpSpark.evaluate(context, network, rdd, new Evaluation(3));
        Evaluation expected = new Evaluation(3);
        network.doEvaluation(new ListDataSetIterator<>(data.asList(), 100), expected);
        assertThat(all.accuracy()).isEqualTo(expected.accuracy()).isGreaterThan(0.7);
        assertThat(all.getNumRowCounter()).isEqualTo(data.numExamples());
        // DL4J's own evaluation takes the means of the weights.
        Evaluation ofMeans = LocalSpark.of(network, 2).evaluate(rdd);
        assertThat(ofMeans.accuracy()).isCloseTo(expected.accuracy(), within(0.05));
    }

    @Test
    void settingsAreReadAgain() {
        EpTrainingMaster master = EpTrainingMaster.builder()
                .batchSize(77)
                .workers(3)
                .storageLevel(StorageLevel.DISK_ONLY())
                .build();
        for (EpTrainingMaster read :
                List.of(EpTrainingMaster.fromJson(master.toJson()), EpTrainingMaster.fromYaml(master.toYaml()))) {
            assertThat(read.getBatchSize()).isEqualTo(77);
            assertThat(read.getWorkers()).isEqualTo(3);
            assertThat(read.getStorageLevel()).isEqualTo("DISK_ONLY");
        }
        assertThatThrownBy(() -> EpTrainingMaster.fromJson("{\"batchSize\": \"many\"}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("These are no settings of an EpTrainingMaster: ");
        assertThatThrownBy(() -> EpTrainingMaster.builder().batchSize(0))
                .hasMessage("batchSize is 0, allowed is 1 or more");
        assertThatThrownBy(() -> EpTrainingMaster.builder().workers(-1))
                .hasMessage("workers is -1, allowed are 0 (Spark's default parallelism) and more");
        assertThatThrownBy(() -> EpTrainingMaster.builder().storageLevel(StorageLevel.NONE()))
                .hasMessageStartingWith("storageLevel is ")
                .hasMessageContaining("allowed are those of memory and disk");
    }

    @Test
    void whatEpDoesNotHaveIsSaid() {
        EpTrainingMaster master = EpTrainingMaster.builder().build();
        assertThatThrownBy(() -> master.addHook(null)).hasMessageContaining("use setListeners(...)");
        assertThatThrownBy(() -> master.removeHook(null)).hasMessageContaining("use setListeners(...)");
        assertThatThrownBy(() -> master.getWorkerInstance((SparkDl4jMultiLayer) null))
                .hasMessageStartingWith("Workers of EP share each batch, none learns alone");
        assertThatThrownBy(() -> master.getWorkerInstance((SparkComputationGraph) null))
                .hasMessageStartingWith("Workers of EP share each batch, none learns alone");
        assertThat(master.getTrainingStats()).isNull();
        assertThat(master.deleteTempFiles(context)).isTrue();
        assertThat(master.deleteTempFiles(context.sc())).isTrue();
    }
}
