package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.InvocationType;
import org.deeplearning4j.optimize.listeners.CollectScoresListener;
import org.deeplearning4j.optimize.listeners.EvaluativeListener;
import org.deeplearning4j.optimize.listeners.PerformanceListener;
import org.deeplearning4j.optimize.listeners.ScoreIterationListener;
import org.junit.jupiter.api.Test;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.ops.transforms.Transforms;

class ListenerTest {

    private final DataSet data = ToyData.threeClasses(60, 1);

    @Test
    void listenersAreCalledInDl4jsOrder() {
        MultiLayerNetwork stock = new MultiLayerNetwork(ToyNetworks.classifier());
        stock.init();
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());

        List<String> expected = eventsOf(stock);

        assertThat(eventsOf(network)).isEqualTo(expected);
        assertThat(expected)
                .startsWith("a epoch start 0", "b epoch start 0", "a forward 2", "b forward 2", "a backward")
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
    void scoresCanBeCollectedAndEvaluated() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        List<Double> scores = new ArrayList<>();
        CollectScoresListener collected = new CollectScoresListener(1);
        EvaluativeListener evaluation = new EvaluativeListener(ToyData.batches(data, 20), 1, InvocationType.EPOCH_END);
        network.setListeners(
                new ScoreIterationListener(1),
                new PerformanceListener(1, true, false),
                collected,
                evaluation,
                new BaseTrainingListener() {
                    @Override
                    public void iterationDone(Model model, int iteration, int epoch) {
                        scores.add(model.score());
                    }
                });

        network.fit(ToyData.batches(data, 20), 2);

        assertThat(collected.getListIteration().toIntArray()).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(collected.getListScore().toDoubleArray())
                .containsExactly(
                        scores.stream().mapToDouble(Double::doubleValue).toArray());
        assertThat(((Evaluation) evaluation.getEvaluations()[0]).accuracy())
                .isEqualTo(network.evaluate(ToyData.batches(data, 20)).accuracy());
    }

    @Test
    void activationsArePredictionsBeforeTheBatchAndChangesAreThoseOfTheWeights() {
        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
        network.fit(ToyData.batches(data, 20));
        assertThat(network.gradient()).as("nobody asks").isNull();
        List<INDArray> hidden = new ArrayList<>();
        List<Gradient> changes = new ArrayList<>();
        network.setListeners(new BaseTrainingListener() {
            @Override
            public void onForwardPass(Model model, List<INDArray> activations) {
                hidden.addAll(activations);
            }

            @Override
            public void iterationDone(Model model, int iteration, int epoch) {
                changes.add(model.gradient());
            }
        });
        List<INDArray> expected = network.feedForward(data.getFeatures(), false);
        INDArray weights = network.getParam("0_WAveragedMean").dup();
        INDArray precision = network.getParam("0_WPrecision").dup();

        network.fit(data);

        assertThat(hidden).hasSize(2);
        assertThat(hidden.get(1)).isEqualTo(expected.get(1));
        INDArray change = network.getParam("0_WAveragedMean").sub(weights);
        assertThat(changes.get(0).getGradientFor("0_W")).isEqualTo(change);
        assertThat(change.norm1Number().doubleValue()).isPositive();
        INDArray deviations =
                Transforms.pow(network.getParam("0_WPrecision"), -0.5).sub(Transforms.pow(precision, -0.5));
        assertThat(changes.get(0).getGradientFor("0_WDeviation").equalsWithEps(deviations, 1e-6))
                .isTrue();
        assertThat(network.paramTable(true).keySet())
                .contains("0_W", "0_WDeviation", "0_b", "0_bDeviation", "1_W", "1_WDeviation", "1_b", "1_bDeviation")
                .containsAll(network.paramTable().keySet());
    }

    @Test
    void aGraphTellsTheSame() {
        EpComputationGraph graph = EpNetworks.from(ToyGraphs.residual());
        List<Map<String, INDArray>> seen = new ArrayList<>();
        List<Gradient> changes = new ArrayList<>();
        graph.setListeners(new BaseTrainingListener() {
            @Override
            public void onForwardPass(Model model, Map<String, INDArray> activations) {
                seen.add(Map.copyOf(activations));
            }

            @Override
            public void iterationDone(Model model, int iteration, int epoch) {
                changes.add(model.gradient());
            }
        });
        Map<String, INDArray> expected = graph.feedForward(data.getFeatures(), false);
        INDArray weights = graph.getParam("second_WAveragedMean").dup();

        graph.fit(data);

        assertThat(seen.get(0)).containsOnlyKeys("in", "first", "second", "sum");
        assertThat(seen.get(0).get("sum")).isEqualTo(expected.get("sum"));
        assertThat(changes.get(0).getGradientFor("second_W"))
                .isEqualTo(graph.getParam("second_WAveragedMean").sub(weights));
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
        public void onForwardPass(Model model, List<INDArray> activations) {
            events.add(name + " forward " + activations.size());
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
