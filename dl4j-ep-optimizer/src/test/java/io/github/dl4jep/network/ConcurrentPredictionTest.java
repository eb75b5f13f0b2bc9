package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/** Predictions touch no state, so threads can share a network. */
class ConcurrentPredictionTest {

    private static final int THREADS = 2;
    private static final int CALLS = 300;
    private static final int DIFFERENT = 20;

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final DataSet data = ToyData.threeClasses(300, 1);

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private EpMultiLayerNetwork trained() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        network.fit(ToyData.batches(data, 30), 2);
        return network;
    }

    @Test
    void twoThreadsGetWhatOneGets() throws Exception {
        predictTogether(CALLS);
    }

    @Test
    @Tag("long-running-test")
    void twoThreadsGetWhatOneGetsForLong() throws Exception {
        predictTogether(30 * CALLS);
    }

    private void predictTogether(int calls) throws Exception {
        EpPredictor predictor = trained().predictor();
        List<INDArray> rows = new ArrayList<>();
        List<float[]> expected = new ArrayList<>();
        for (int i = 0; i < DIFFERENT; i++) {
            // Batches of different sizes, so that nothing fits by chance that was kept from the other thread.
            INDArray row = ToyData.normal(1 + i % 3, 100 + i);
            rows.add(row);
            expected.add(values(predictor, row));
        }
        CountDownLatch start = new CountDownLatch(THREADS);
        List<Future<Integer>> different = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            int offset = 7 * thread;
            different.add(threads.submit(() -> {
                start.countDown();
                start.await();
                int wrong = 0;
                for (int call = 0; call < calls; call++) {
                    int which = (call + offset) % DIFFERENT;
                    wrong += java.util.Arrays.equals(values(predictor, rows.get(which)), expected.get(which)) ? 0 : 1;
                }
                return wrong;
            }));
        }
        for (Future<Integer> each : different) {
            assertThat(each.get()).as("calls with another result").isZero();
        }
    }

    private static float[] values(EpPredictor predictor, INDArray features) {
        return predictor.predict(features).epistemicVariance().dup('c').data().asFloat();
    }

    /** Each prediction is that of the posterior between two batches. */
    @Test
    void predictionsDuringAFitAreThoseBetweenBatches() throws Exception {
        EpMultiLayerNetwork reference = trained();
        EpMultiLayerNetwork network = reference.clone();
        INDArray features = ToyData.normal(4, 3);
        List<float[]> allowed = new ArrayList<>();
        allowed.add(values(reference.predictor(), features));
        for (DataSet batch : data.batchBy(10)) {
            reference.fit(batch);
            allowed.add(values(reference.predictor(), features));
        }
        EpPredictor predictor = network.predictor();
        CountDownLatch predicting = new CountDownLatch(1);
        Future<List<float[]>> seen = threads.submit(() -> {
            List<float[]> all = new ArrayList<>();
            while (!Thread.currentThread().isInterrupted() && all.size() < 50 * CALLS) {
                all.add(values(predictor, features));
                predicting.countDown();
                if (java.util.Arrays.equals(all.get(all.size() - 1), allowed.get(allowed.size() - 1))) {
                    break;
                }
            }
            return all;
        });
        predicting.await();
        for (DataSet batch : data.batchBy(10)) {
            network.fit(batch);
        }
        List<float[]> predictions = seen.get();
        assertThat(predictions).hasSizeGreaterThan(1);
        assertThat(predictions)
                .allMatch(values -> allowed.stream().anyMatch(each -> java.util.Arrays.equals(each, values)));
        assertThat(predictions.get(predictions.size() - 1)).isEqualTo(allowed.get(allowed.size() - 1));
    }
}
