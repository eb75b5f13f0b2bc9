package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.InvocationType;
import org.deeplearning4j.optimize.listeners.CheckpointListener;
import org.deeplearning4j.optimize.listeners.EvaluativeListener;
import org.deeplearning4j.optimize.listeners.PerformanceListener;
import org.deeplearning4j.optimize.listeners.ScoreIterationListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.DataSet;

class ListenerTest {

    private final DataSet data = ToyData.threeClasses(60, 1);

    @Test
    void listenersAreCalledInDl4jsOrder() {
        MultiLayerNetwork stock = new MultiLayerNetwork(ToyNetworks.classifier());
        stock.init();
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());

        List<String> expected = eventsOf(stock);
        // DL4J hands its forward activations over; EP has moments instead.
        expected.removeIf(event -> event.endsWith("forward"));

        assertThat(eventsOf(network)).isEqualTo(expected);
        assertThat(expected)
                .startsWith("a epoch start 0", "b epoch start 0", "a backward")
                .contains("a iteration 5 epoch 1")
                .endsWith("a epoch end 1", "b epoch end 1");
    }

    private List<String> eventsOf(MultiLayerNetwork network) {
        List<String> events = new ArrayList<>();
        network.setListeners(new Recorder("a", events), new Recorder("b", events));
        network.fit(ToyData.batches(data, 20), 2);
        return events;
    }

    @Test
    void countersContinueOverCallsOfFit() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        List<String> events = new ArrayList<>();
        network.fit(ToyData.batches(data, 20));
        network.setListeners(new Recorder("late", events));

        network.fit(data);
        network.fit(ToyData.batches(data, 30));

        assertThat(events)
                .filteredOn(event -> event.contains("iteration"))
                .containsExactly("late iteration 3 epoch 1", "late iteration 4 epoch 1", "late iteration 5 epoch 1");
        assertThat(network.getIterationCount()).isEqualTo(6);
        assertThat(network.getEpochCount()).isEqualTo(2);
    }

    @Test
    void listenersCanBeAddedAndTakenAway() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        List<String> events = new ArrayList<>();

        network.setListeners(new Recorder("first", events));
        network.addListeners(new Recorder("second", events));
        network.fit(data);
        network.setListeners(new Recorder("third", events));
        network.fit(data);
        network.setListeners(List.of());
        network.fit(data);

        assertThat(events)
                .filteredOn(event -> event.contains("iteration"))
                .containsExactly(
                        "first iteration 0 epoch 0", "second iteration 0 epoch 0", "third iteration 1 epoch 0");
    }

    @Test
    void theScoreIsSetWhenListenersAreCalled() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        List<Double> scores = new ArrayList<>();
        network.setListeners(new BaseTrainingListener() {
            @Override
            public void iterationDone(Model model, int iteration, int epoch) {
                scores.add(model.score());
            }
        });

        network.fit(ToyData.batches(ToyData.threeClasses(400, 1), 40), 2);

        assertThat(scores).hasSize(20).allSatisfy(score -> assertThat(score).isFinite());
        assertThat(scores.get(19)).isLessThan(scores.get(0) / 2).isEqualTo(network.score());
    }

    @Test
    void dl4jsOwnListenersWork(@TempDir Path folder) {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        EvaluativeListener evaluation = new EvaluativeListener(ToyData.batches(data, 20), 1, InvocationType.EPOCH_END);
        CheckpointListener checkpoints = new CheckpointListener.Builder(folder.toFile())
                .keepAll()
                .saveEveryNEpochs(1)
                .build();
        network.setListeners(
                new ScoreIterationListener(1), new PerformanceListener(1, true, false), evaluation, checkpoints);

        network.fit(ToyData.batches(data, 20), 2);

        assertThat(checkpoints.availableCheckpoints()).hasSize(2);
        assertThat(evaluation.getEvaluations()).hasSize(1);
    }

    /** Writes down what is called. */
    private static final class Recorder extends BaseTrainingListener {

        private final String name;
        private final List<String> events;

        Recorder(String name, List<String> events) {
            this.name = name;
            this.events = events;
        }

        @Override
        public void onEpochStart(Model model) {
            events.add(name + " epoch start " + ((MultiLayerNetwork) model).getEpochCount());
        }

        @Override
        public void onEpochEnd(Model model) {
            events.add(name + " epoch end " + ((MultiLayerNetwork) model).getEpochCount());
        }

        @Override
        public void onForwardPass(Model model, List<org.nd4j.linalg.api.ndarray.INDArray> activations) {
            events.add(name + " forward");
        }

        @Override
        public void onGradientCalculation(Model model) {
            events.add(name + " gradient");
        }

        @Override
        public void onBackwardPass(Model model) {
            events.add(name + " backward");
        }

        @Override
        public void iterationDone(Model model, int iteration, int epoch) {
            events.add(name + " iteration " + iteration + " epoch " + epoch);
        }
    }
}
