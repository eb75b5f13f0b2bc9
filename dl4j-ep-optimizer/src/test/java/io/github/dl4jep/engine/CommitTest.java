package io.github.dl4jep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.conf.TrainingSchedule;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.likelihood.CategoricalLikelihood;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.runtime.EpOutput;
import io.github.dl4jep.runtime.EpRuntime;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import io.github.dl4jep.vertex.GraphNode;
import io.github.dl4jep.vertex.ParameterKey;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.weight.SiteStep;
import io.github.dl4jep.weight.WeightSite;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** What a batch says, what it becomes, and that a commit is whole or none. */
class CommitTest {

    private static final LearningPhase PHASE = new LearningPhase(1, true, 1);
    private static final SiteStep STEP = new SiteStep(1, 1, 1);

    /** With signed targets the curvature of an example does not depend on the others of its batch. */
    private final EpMultiLayerNetwork network = EpNetworks.from(
            ToyNetworks.classifier(),
            EpOptions.builder().likelihood(new CategoricalLikelihood()).build());

    private final MessageGraph graph = graph(network);
    private final DataSet data = ToyData.threeClasses(40, 1);

    private static MessageGraph graph(EpMultiLayerNetwork network) {
        List<GraphNode> nodes = new ArrayList<>();
        for (org.deeplearning4j.nn.api.Layer layer : network.getLayers()) {
            nodes.add(new GraphNode(((EpRuntime) layer).vertex(), List.of(nodes.size())));
        }
        EpOutput output = (EpOutput) network.getOutputLayer();
        return new MessageGraph(1, nodes, List.of(new MessageGraph.Output(nodes.size() - 1, output)));
    }

    private static MessageGraph.Evidence evidence(MessageGraph graph, DataSet batch) {
        return graph.evidence(
                List.of(Moments.pointMass(batch.getFeatures())),
                List.of(new Labels(batch.getLabels(), null)),
                new TrainingSchedule(),
                PHASE);
    }

    @Test
    void evidenceChangesNothingAndItsCommitIsLearning() {
        EpMultiLayerNetwork same = network.clone();
        INDArray before = network.params().dup();
        MessageGraph.Evidence evidence = evidence(graph, data);
        assertThat(network.params()).isEqualTo(before);
        TrainingSchedule schedule = new TrainingSchedule();
        graph.commit(evidence.sites(), schedule.at(1, 1), PHASE);
        double score = graph(same)
                .learn(
                        List.of(Moments.pointMass(data.getFeatures())),
                        List.of(new Labels(data.getLabels(), null)),
                        schedule,
                        PHASE);
        assertThat(network.params()).isEqualTo(same.params()).isNotEqualTo(before);
        assertThat(score).isEqualTo(evidence.score());
    }

    /** Precisions of parts add up to those of the whole, as each example adds its own. */
    @Test
    void theSitesOfPartsAddUp() {
        ParameterKey key = new ParameterKey("layer \"hidden\" (index 0)", "W");
        List<DataSet> halves = data.batchBy(20);
        Sites parts = evidence(graph, halves.get(0))
                .sites()
                .plus(evidence(graph, halves.get(1)).sites());
        INDArray whole = evidence(graph, data).sites().site(key).precision();
        assertThat(parts.site(key).precision().sub(whole).amaxNumber().doubleValue())
                .isCloseTo(0, within(1e-4 * whole.amaxNumber().doubleValue()));
        graph.commit(parts, STEP, PHASE);
        assertThat(network.params().sumNumber().doubleValue()).isFinite();
    }

    @Test
    void sitesOfAnotherNetworkChangeNothing() {
        INDArray before = network.params().dup();
        Sites sites = evidence(graph, data).sites();
        Sites foreign = sites.plus(Sites.of(
                new ParameterKey("layer \"other\" (index 7)", "W"), new WeightSite(Nd4j.ones(2, 2), Nd4j.ones(2, 2))));
        assertThatThrownBy(() -> graph.commit(foreign, STEP, PHASE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("There is a site of W of layer \"other\" (index 7), allowed are those of [W of")
                .hasMessageEndingWith("add up the sites of networks of one definition only");
        ParameterKey last = new ParameterKey("layer \"out\" (index 1)", "W");
        Sites wide =
                Sites.of(last, new WeightSite(Nd4j.ones(9, 3), Nd4j.ones(9, 3))).orEarlier(sites);
        assertThatThrownBy(() -> graph.commit(wide, STEP, PHASE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The site of W of layer \"out\" (index 1) has shape [9, 3], allowed is [8, 3]; add up the"
                        + " sites of networks of one definition only");
        assertThat(network.params()).isEqualTo(before);
    }

    @Test
    void aNumberThatWouldBecomeInfiniteRejectsTheBatch() {
        INDArray before = network.params().dup();
        ParameterKey noise = new ParameterKey("layer \"out\" (index 1)", "noiseVariance");
        Sites infinite = Sites.of(noise, Statistic.of(new double[] {1, 1, 1}, new double[] {0, 0, 0}))
                .orEarlier(evidence(graph, data).sites());
        assertThatThrownBy(() -> graph.commit(infinite, STEP, PHASE))
                .isInstanceOf(RejectedBatchException.class)
                .hasMessageStartingWith("Batch 0 gives equations without a solution (noiseVariance of layer \"out\""
                        + " (index 1) would become ")
                .hasMessageContaining("it was not learned from and the posterior is unchanged");
        assertThat(network.params()).isEqualTo(before);
    }
}
