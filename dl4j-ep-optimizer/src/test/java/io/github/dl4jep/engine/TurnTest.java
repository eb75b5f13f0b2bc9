package io.github.dl4jep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.conf.TrainingSchedule;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.likelihood.ClassLikelihood;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.runtime.EpOutput;
import io.github.dl4jep.runtime.EpRuntime;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import io.github.dl4jep.vertex.GraphNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.deeplearning4j.nn.api.Layer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Large batches are learned from in turns, small ones at once. The oracle is the commit of what all say at once. */
class TurnTest {

    private static final LearningPhase PHASE = new LearningPhase(1, true, 1);
    private static final TrainingSchedule SCHEDULE = new TrainingSchedule();

    private static EpMultiLayerNetwork network() {
        return network(false);
    }

    private static EpMultiLayerNetwork network(boolean checksSteps) {
        return EpNetworks.from(
                ToyNetworks.classifier(),
                EpOptions.builder()
                        .likelihood(new ClassLikelihood(1.0 / 64, checksSteps))
                        .build());
    }

    private static MessageGraph graph(EpMultiLayerNetwork network) {
        List<GraphNode> nodes = new ArrayList<>();
        for (Layer layer : network.getLayers()) {
            nodes.add(new GraphNode(((EpRuntime) layer).vertex(), List.of(nodes.size())));
        }
        EpOutput output = (EpOutput) network.getOutputLayer();
        return new MessageGraph(1, nodes, List.of(new MessageGraph.Output(nodes.size() - 1, output)));
    }

    private static List<Moments> inputs(DataSet batch) {
        return List.of(Moments.pointMass(batch.getFeatures()));
    }

    private static List<Labels> labels(DataSet batch) {
        return List.of(new Labels(batch.getLabels(), null));
    }

    private static double learn(EpMultiLayerNetwork network, DataSet batch) {
        return graph(network).learn(inputs(batch), labels(batch), SCHEDULE, PHASE);
    }

    private static double learnAtOnce(EpMultiLayerNetwork network, DataSet batch) {
        MessageGraph graph = graph(network);
        MessageGraph.Evidence evidence = graph.evidence(inputs(batch), labels(batch), SCHEDULE, PHASE);
        graph.commit(evidence.sites(), SCHEDULE.at(1, 1), PHASE);
        return evidence.score();
    }

    /** Largest difference of the parameters with such names, in times of the largest of them. */
    private static double difference(EpMultiLayerNetwork network, EpMultiLayerNetwork other, Predicate<String> names) {
        double largest = 0;
        for (Map.Entry<String, INDArray> entry : network.paramTable().entrySet()) {
            if (names.test(entry.getKey())) {
                INDArray of = entry.getValue();
                double apart =
                        of.sub(other.getParam(entry.getKey())).amaxNumber().doubleValue();
                largest = Math.max(largest, apart / (1e-30 + of.amaxNumber().doubleValue()));
            }
        }
        return largest;
    }

    private static boolean isOfWeights(String name) {
        return name.endsWith("Precision") || name.endsWith("AveragedMean");
    }

    @Test
    void smallBatchesAreLearnedFromAtOnce() {
        DataSet batch = ToyData.threeClasses(128, 1);
        EpMultiLayerNetwork network = network();
        EpMultiLayerNetwork atOnce = network();
        assertThat(learn(network, batch)).isEqualTo(learnAtOnce(atOnce, batch));
        assertThat(network.params()).isEqualTo(atOnce.params());
    }

    /** The teacher's own weights hear of it alone, before the likelihood; all other weights hear of both. Each array counts the batch once. */
    @Test
    void teachersOfLargeBatchesLearnFirst() {
        DataSet batch = ToyData.threeClasses(400, 1);
        EpMultiLayerNetwork network = network();
        EpMultiLayerNetwork atOnce = network();
        assertThat(learn(network, batch)).isEqualTo(learnAtOnce(atOnce, batch));
        assertThat(difference(network, atOnce, name -> isOfWeights(name) && name.startsWith("1_W")))
                .isLessThan(1e-5);
        assertThat(difference(network, atOnce, name -> name.equals("1_readoutWMeanTimesPrecision")))
                .isGreaterThan(0.1);
        assertThat(difference(network, atOnce, name -> name.equals("0_WMeanTimesPrecision")))
                .isGreaterThan(0.01);
    }

    @Test
    void whatIsKnownOfTheDataIsLearnedOnceAndFromBeforeTheStep() {
        DataSet batch = ToyData.threeClasses(400, 1);
        EpMultiLayerNetwork network = network();
        EpMultiLayerNetwork atOnce = network();
        INDArray before = network.params().dup();
        learn(network, batch);
        learnAtOnce(atOnce, batch);
        assertThat(network.params()).isNotEqualTo(before);
        assertThat(network.paramTable().keySet()).anyMatch(name -> !isOfWeights(name));
        assertThat(difference(network, atOnce, name -> !isOfWeights(name))).isZero();
    }

    /** By the loss of the same batch: both at once go too far. */
    @Test
    void twoTurnsWinMoreThanBothAtOnce() {
        for (int seed = 1; seed <= 5; seed++) {
            DataSet batch = ToyData.threeClasses(400, seed);
            EpMultiLayerNetwork network = network();
            EpMultiLayerNetwork atOnce = network();
            learn(network, batch);
            learnAtOnce(atOnce, batch);
            assertThat(loss(network, batch)).isLessThan(0.5 * loss(atOnce, batch));
        }
    }

    /** Mean cross entropy. */
    private static double loss(EpMultiLayerNetwork network, DataSet batch) {
        INDArray p = network.output(batch.getFeatures());
        return -Transforms.log(p.mul(batch.getLabels()).sum(1)).meanNumber().doubleValue();
    }

    /** A teacher whose weights have the wrong sign moves features away from what the outputs' weights know. Where steps are not checked, that stays. */
    @Test
    void teachersAfterWhomTheLossIsLargerAreTakenBack() {
        DataSet batch = ToyData.threeClasses(400, 1);
        EpMultiLayerNetwork network = misled(true, batch);
        EpMultiLayerNetwork unchecked = misled(false, batch);
        assertThat(difference(network, unchecked, name -> isOfWeights(name) || name.endsWith("MeanTimesPrecision")))
                .isZero();
        double before = loss(network, batch);
        assertThat(timesThroughTheNetwork(network, batch)).isEqualTo(3);
        assertThat(timesThroughTheNetwork(unchecked, batch)).isEqualTo(2);
        assertThat(loss(network, batch)).isLessThan(before);
        assertThat(loss(unchecked, batch)).isGreaterThan(before);
    }

    private static EpMultiLayerNetwork misled(boolean checksSteps, DataSet batch) {
        EpMultiLayerNetwork network = network(checksSteps);
        learn(network, batch);
        network.getParam("1_WMeanTimesPrecision").negi();
        return network;
    }

    private static int timesThroughTheNetwork(EpMultiLayerNetwork network, DataSet batch) {
        MessageGraph graph = graph(network);
        BatchPart whole = BatchPart.whole(1, batch.numExamples(), SCHEDULE.getInducingExamples());
        AtomicInteger times = new AtomicInteger();
        graph.learn(
                () -> {
                    times.incrementAndGet();
                    return graph.part(whole, inputs(batch), labels(batch), SCHEDULE, PHASE);
                },
                SCHEDULE,
                PHASE);
        return times.get();
    }

    @Test
    void ofABatchWhoseSecondTurnFailsNothingIsLearned() {
        DataSet batch = ToyData.threeClasses(400, 1);
        EpMultiLayerNetwork network = network();
        MessageGraph graph = graph(network);
        INDArray before = network.params().dup();
        BatchPart whole = BatchPart.whole(1, 400, SCHEDULE.getInducingExamples());
        AtomicInteger asked = new AtomicInteger();
        assertThatThrownBy(() -> graph.learn(
                        () -> {
                            if (asked.incrementAndGet() == 2) {
                                assertThat(network.params()).isNotEqualTo(before);
                                throw new IllegalStateException("a worker is gone");
                            }
                            return graph.part(whole, inputs(batch), labels(batch), SCHEDULE, PHASE);
                        },
                        SCHEDULE,
                        PHASE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a worker is gone");
        assertThat(asked).hasValue(2);
        assertThat(network.params()).isEqualTo(before);
    }
}
