package io.github.dl4jep.vertex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.conf.EpBatchNormalization;
import io.github.dl4jep.conf.EpFixedLayer;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.linear.WeightGroups;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.KeptCovariance;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.params.ReadoutWeights;
import io.github.dl4jep.runtime.BatchNormalizationRuntime;
import io.github.dl4jep.type.EpVertices;
import io.github.dl4jep.type.PreProcessors;
import io.github.dl4jep.unit.IdentityUnit;
import io.github.dl4jep.unit.ReluUnit;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.PriorScale;
import io.github.dl4jep.weight.SiteStep;
import io.github.dl4jep.weight.WeightSite;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What every vertex must do. A vertex type enrols by one line in {@link #cases}. */
class VertexContractTest {

    private static final int BATCH = 5;
    private static final double STEP = 1e-5;
    private static final LearningPhase PHASE = new LearningPhase(1, true, 1);
    private static final ExampleShape IMAGE = ExampleShape.of(2, 4, 4);
    private static final ExampleShape ROW = ExampleShape.of(4);

    /** A vertex and the shapes of its inputs; with indices as values where it takes those only. */
    record Case(String name, Supplier<Vertex> vertex, boolean indices, List<ExampleShape> shapes) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static Case of(String name, Supplier<Vertex> vertex, ExampleShape... shapes) {
        return new Case(name, vertex, false, List.of(shapes));
    }

    static Stream<Case> cases() {
        return Stream.of(
                of("dense", () -> dense("dense", 4, 3), ROW),
                of("grouped", () -> new LinearVertex(4, null, new WeightGroups(2), weights("grouped", 2, 2, 6)), ROW),
                of("convolution", () -> convolution(2, 3), IMAGE),
                of("chain of weights", () -> new ChainedMap(dense("first", 4, 3), dense("second", 3, 2)), ROW),
                new Case(
                        "embedding",
                        () -> new EmbeddingMap(weights("embedding", 1, 4, 3), 4, false),
                        true,
                        List.of(ExampleShape.of(1))),
                of("unit", () -> new UnitVertex(new ReluUnit(), () -> "unit"), ROW),
                of("identity", () -> new UnitVertex(new IdentityUnit(), () -> "identity"), ROW),
                of("residual block", VertexContractTest::residualBlock, ROW),
                of("max pooling", () -> pooling(PoolingType.MAX), IMAGE),
                of("average pooling", () -> pooling(PoolingType.AVG), IMAGE),
                of("max before unit", () -> pooling(PoolingType.MAX).before(new ReluUnit()), IMAGE),
                of("sum", () -> EpVertices.of(new ElementWiseVertex(ElementWiseVertex.Op.Add), "sum"), ROW, ROW),
                of("flattening", () -> PreProcessors.stage(new CnnToFeedForwardPreProcessor(4, 4, 2)), IMAGE),
                of("normalization", VertexContractTest::normalization, IMAGE));
    }

    private static LayerWeights weights(String place, int groups, long rows, long units) {
        PosteriorParamInitializer layout = new PosteriorParamInitializer(
                new GaussianPrior(),
                new PriorScale(rows, 1),
                groups,
                rows,
                units,
                units,
                null,
                ReadoutWeights.DEFAULT_PRIOR);
        Nd4j.getRandom().setSeed(3);
        Map<String, INDArray> parameters = layout.init(
                new NeuralNetConfiguration(),
                Nd4j.zeros(DataType.DOUBLE, 1, layout.numParams((org.deeplearning4j.nn.conf.layers.Layer) null)),
                true);
        return new LayerWeights(() -> place, layout, () -> parameters);
    }

    private static LinearVertex dense(String place, long inputs, long units) {
        return new LinearVertex(inputs, weights(place, 1, inputs, units));
    }

    private static LinearVertex convolution(long channels, long units) {
        Windows windows =
                new Windows(new int[] {2, 2}, new int[] {1, 1}, new int[2], new int[] {1, 1}, ConvolutionMode.Truncate);
        return new LinearVertex(channels, windows, WeightGroups.NONE, weights("conv", 1, channels * 4, units));
    }

    /** x + W relu(x): in this order the means go through means only, as the messages back do. */
    static CompositeVertex residualBlock() {
        Vertex sum = EpVertices.of(new ElementWiseVertex(ElementWiseVertex.Op.Add), "sum");
        return new CompositeVertex(
                () -> "block",
                1,
                List.of(
                        new GraphNode(new UnitVertex(new ReluUnit(), () -> "relu"), List.of(0)),
                        new GraphNode(dense("block", 4, 4), List.of(1)),
                        new GraphNode(sum, List.of(0, 2))));
    }

    private static FixedMapVertex pooling(PoolingType type) {
        SubsamplingLayer layer = new SubsamplingLayer.Builder(type)
                .kernelSize(2, 2)
                .stride(2, 2)
                .convolutionMode(ConvolutionMode.Truncate)
                .build();
        return new FixedMapVertex(new EpFixedLayer(layer), () -> "pooling");
    }

    private static Vertex normalization() {
        BatchNormalization original = new BatchNormalization.Builder().nOut(2).build();
        EpBatchNormalization layer = new EpBatchNormalization(original);
        NeuralNetConfiguration conf = new NeuralNetConfiguration();
        conf.setLayer(layer);
        INDArray flat = Nd4j.zeros(DataType.DOUBLE, 1, layer.initializer().numParams(layer));
        return ((BatchNormalizationRuntime) layer.instantiate(conf, null, 0, flat, true, DataType.DOUBLE)).vertex();
    }

    private static List<Moments> inputs(Case one, long seed) {
        Nd4j.getRandom().setSeed(seed);
        List<Moments> inputs = new ArrayList<>();
        for (ExampleShape shape : one.shapes()) {
            INDArray mean = Nd4j.randn(DataType.DOUBLE, BATCH, shape.length()).dup('f');
            INDArray variance =
                    Nd4j.rand(DataType.DOUBLE, BATCH, shape.length()).addi(0.1).dup('f');
            inputs.add(
                    one.indices()
                            ? Moments.pointMass(Nd4j.createFromArray(new double[][] {{2}, {0}, {3}, {0}, {seed % 4}}))
                            : new Moments(mean, variance).shapedAs(shape));
        }
        return inputs;
    }

    private static List<ForwardMessage> messages(List<Moments> inputs) {
        return inputs.stream()
                .map(input -> new ForwardMessage(input, BatchCovariance.none()))
                .toList();
    }

    private static BackwardMessage message(Moments output, long seed) {
        Nd4j.getRandom().setSeed(seed);
        return new BackwardMessage(
                Nd4j.randn(DataType.DOUBLE, output.mean().shape()).muli(0.1).dup('f'),
                Nd4j.rand(DataType.DOUBLE, output.mean().shape()).dup('f'));
    }

    private static void assertSame(Vertex.Answer actual, Vertex.Answer expected) {
        assertThat(actual.toInputs()).isEqualTo(expected.toInputs());
        assertThat(actual.sites().keys()).isEqualTo(expected.sites().keys());
        for (ParameterKey key : actual.sites().keys()) {
            assertThat(actual.sites().site(key)).isEqualTo(expected.sites().site(key));
            assertThat(actual.sites().statistic(key)).isEqualTo(expected.sites().statistic(key));
        }
    }

    /**
     * What is kept with some examples is what all pairs have. Normalization takes away what the inducing ones know of the mean, and a
     * convolution looks at more positions where there are fewer pairs.
     */
    @ParameterizedTest
    @MethodSource("cases")
    void covariancesWithInducingExamplesAreThoseOfAllPairs(Case one) {
        Vertex vertex = one.vertex().get();
        InducingExamples some = InducingExamples.of(BATCH, 3);
        List<Moments> inputs = inputs(one, 1);
        List<ForwardMessage> exact = new ArrayList<>();
        List<ForwardMessage> kept = new ArrayList<>();
        for (Moments input : inputs) {
            INDArray root = Nd4j.randn(DataType.DOUBLE, BATCH, BATCH);
            BatchCovariance before = one.indices()
                    ? BatchCovariance.none()
                    : new BatchCovariance(
                            root.mmul(root.transpose()),
                            Nd4j.rand(DataType.DOUBLE, input.mean().shape()));
            exact.add(new ForwardMessage(input, before));
            kept.add(new ForwardMessage(input, KeptCovariance.of(before, some)));
        }
        ForwardMessage output = vertex.forward(kept, Sites.NONE).output();
        if (List.of("normalization", "convolution").contains(one.name())) {
            assertThat(output.covariance().inducing()).isSameAs(some);
        } else {
            ForwardMessage all = vertex.forward(exact, Sites.NONE).output();
            assertThat(output.moments().mean()).isEqualTo(all.moments().mean());
            KeptCovariance.assertKept(output.covariance(), all.covariance(), 1e-12);
        }
        List<ForwardMessage> observed = inputs.stream()
                .map(input ->
                        ForwardMessage.observed(Moments.pointMass(input.mean()).shapedAs(input.shape()), some))
                .toList();
        BatchCovariance first = vertex.forward(observed, Sites.NONE).output().covariance();
        assertThat(first.inducing().numbers(BATCH)).isEqualTo(some.numbers(BATCH));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void momentsAreTheSameWhereNobodyAsksForCovariances(Case one) {
        Vertex vertex = one.vertex().get();
        List<Moments> inputs = inputs(one, 5);
        Moments asked = vertex.forward(messages(inputs), Sites.NONE).output().moments();
        List<ForwardMessage> unasked = inputs.stream()
                .map(input -> ForwardMessage.observed(input, InducingExamples.unasked(BATCH)))
                .toList();
        ForwardMessage output = vertex.forward(unasked, Sites.NONE).output();
        assertThat(output.moments().mean()).isEqualTo(asked.mean());
        assertThat(output.moments().variance()).isEqualTo(asked.variance());
        if (one.name().equals("dense") || one.name().equals("convolution")) {
            assertThat(output.covariance().covariance()).isNull();
        }
    }

    /** Whatever happens between forward and backward, the answer is the same, and no parameter changes. */
    @ParameterizedTest
    @MethodSource("cases")
    void keepsNothing(Case one) {
        Vertex vertex = one.vertex().get();
        List<Moments> inputs = inputs(one, 1);
        Moments predicted = vertex.predict(inputs);
        Vertex.Pass undisturbed = vertex.forward(messages(inputs), Sites.NONE);
        BackwardMessage message = message(undisturbed.output().moments(), 2);
        Vertex.Answer expected = undisturbed.back().answer(message);

        Vertex.Pass pass = vertex.forward(messages(inputs), Sites.NONE);
        List<Moments> others = inputs(one, 7);
        vertex.predict(others);
        vertex.sample(others);
        Vertex.Pass second = vertex.forward(messages(others), Sites.NONE);
        second.back().answer(message(second.output().moments(), 9));

        assertThat(pass.output().moments().mean())
                .isEqualTo(undisturbed.output().moments().mean());
        assertSame(pass.back().answer(message), expected);
        assertThat(vertex.predict(inputs).mean()).isEqualTo(predicted.mean());
        assertThat(vertex.predict(inputs).shape())
                .isEqualTo(pass.output().moments().shape());
    }

    /** As a frozen layer is asked. */
    @ParameterizedTest
    @MethodSource("cases")
    void messagesAloneAreThoseOfTheAnswer(Case one) {
        Vertex vertex = one.vertex().get();
        List<ForwardMessage> inputs = messages(inputs(one, 3));
        Vertex.Pass pass = vertex.forward(inputs, Sites.NONE);
        BackwardMessage message = message(pass.output().moments(), 4);

        assertThat(vertex.forward(inputs, Sites.NONE).back().messages(message))
                .isEqualTo(pass.back().answer(message).toInputs());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everySiteIsFiniteAndHasALearner(Case one) {
        Vertex vertex = one.vertex().get();
        Vertex.Pass pass = vertex.forward(messages(inputs(one, 3)), Sites.NONE);
        Sites sites = pass.back().answer(message(pass.output().moments(), 4)).sites();
        assertThat(sites.areFinite()).isTrue();
        assertThat(vertex.learners().keySet()).containsExactlyInAnyOrderElementsOf(sites.keys());
        Moments before = vertex.predict(inputs(one, 3));
        OneBatch.commit(vertex.learners(), Sites.NONE, new SiteStep(0.5, 1, 1), PHASE);
        assertThat(vertex.predict(inputs(one, 3)).mean())
                .as("a batch that says nothing")
                .isEqualTo(before.mean());
        OneBatch.commit(vertex.learners(), sites, new SiteStep(1, 1, 1), PHASE);
        boolean learned = !vertex.predict(inputs(one, 3)).mean().equals(before.mean());
        assertThat(learned).isEqualTo(!sites.keys().isEmpty());
    }

    /** Sites of an earlier sweep move the means of the weights. */
    @ParameterizedTest
    @MethodSource("cases")
    void pendingSitesAreAnArgument(Case one) {
        Vertex vertex = one.vertex().get();
        List<ForwardMessage> inputs = messages(inputs(one, 3));
        Vertex.Pass pass = vertex.forward(inputs, Sites.NONE);
        INDArray first = pass.output().moments().mean().dup();
        Sites sites = pass.back().answer(message(pass.output().moments(), 4)).sites();
        boolean weights = sites.keys().stream().anyMatch(key -> sites.site(key) != null);
        assertThat(vertex.forward(inputs, sites).output().moments().mean().equals(first))
                .isEqualTo(!weights);
        assertThat(vertex.forward(inputs, Sites.NONE).output().moments().mean()).isEqualTo(first);
    }

    /** With J = d mean of the output / d mean of an input, z' = J^T z. */
    @ParameterizedTest
    @MethodSource("cases")
    void messagesBackGoByTheDerivativeOfTheMean(Case one) {
        Vertex vertex = one.vertex().get();
        List<Moments> inputs = inputs(one, 5);
        Vertex.Pass pass = vertex.forward(messages(inputs), Sites.NONE);
        BackwardMessage message = message(pass.output().moments(), 6);
        List<BackwardMessage> back = new ArrayList<>(pass.back().answer(message).toInputs());
        for (int input = 0; input < inputs.size(); input++) {
            if (inputs.get(input).isPointMass()) {
                assertThat(back.get(input)).as("observed").isNull();
                continue;
            }
            INDArray shift = back.get(input).shift();
            assertThat(back.get(input).curvature().minNumber().doubleValue()).isNotNegative();
            for (int column = 0; column < inputs.get(input).mean().columns(); column++) {
                double above = moved(vertex, inputs, input, column, STEP, message);
                double below = moved(vertex, inputs, input, column, -STEP, message);
                assertThat(shift.getDouble(1, column))
                        .as("input %s, column %s", input, column)
                        .isCloseTo((above - below) / (2 * STEP), within(1e-6));
            }
        }
    }

    /** Sum of z times the output's means, one element of an input's means moved. */
    private static double moved(
            Vertex vertex, List<Moments> inputs, int input, int column, double by, BackwardMessage message) {
        Moments original = inputs.get(input);
        INDArray mean = original.mean().dup('f');
        mean.putScalar(1, column, mean.getDouble(1, column) + by);
        List<Moments> all = new ArrayList<>(inputs);
        all.set(input, new Moments(mean, original.variance()).shapedAs(original.shape()));
        INDArray output =
                vertex.forward(messages(all), Sites.NONE).output().moments().mean();
        return output.mul(message.shift()).sumNumber().doubleValue();
    }

    /** One vertex at two places of a graph, as weights at two time steps: its sites are the sum of those of both places. */
    @Test
    void sitesOfAVertexThatIsUsedTwiceAddUp() {
        LinearVertex shared = dense("shared", 4, 4);
        UnitVertex unit = new UnitVertex(new ReluUnit(), () -> "unit");
        VertexGraph graph = new VertexGraph(
                1,
                List.of(
                        new GraphNode(shared, List.of(0)),
                        new GraphNode(unit, List.of(1)),
                        new GraphNode(shared, List.of(2))));
        Case row = of("row", () -> shared, ROW);
        List<ForwardMessage> inputs = messages(inputs(row, 1));
        VertexGraph.Sweep sweep = graph.forward(inputs, Sites.NONE);
        BackwardMessage message = message(sweep.activation(3).moments(), 2);
        Sites together = sweep.answer(Map.of(3, message)).sites();

        Vertex.Pass first = shared.forward(inputs, Sites.NONE);
        Vertex.Pass between = unit.forward(List.of(first.output()), Sites.NONE);
        Vertex.Pass second = shared.forward(List.of(between.output()), Sites.NONE);
        Vertex.Answer ofSecond = second.back().answer(message);
        Vertex.Answer ofUnit = between.back().answer(ofSecond.toInputs().get(0));
        Vertex.Answer ofFirst = first.back().answer(ofUnit.toInputs().get(0));

        ParameterKey key = new ParameterKey("shared", "W");
        WeightSite a = ofFirst.sites().site(key);
        WeightSite b = ofSecond.sites().site(key);
        assertThat(together.site(key).shift()).isEqualTo(b.shift().add(a.shift()));
        assertThat(together.site(key).precision()).isEqualTo(b.precision().add(a.precision()));
        assertThat(graph.learners()).as("one array learns once").hasSize(2);
        INDArray before = shared.point(Moments.pointMass(Nd4j.eye(4).castTo(DataType.DOUBLE)))
                .mean();
        OneBatch.commit(graph.learners(), together, new SiteStep(1, 1, 1), PHASE);
        assertThat(shared.point(Moments.pointMass(Nd4j.eye(4).castTo(DataType.DOUBLE)))
                        .mean())
                .isNotEqualTo(before);
    }

    @Test
    void aCompositeIsTheGraphInsideIt() {
        CompositeVertex block = residualBlock();
        Case row = of("row", () -> block, ROW);
        List<Moments> inputs = inputs(row, 1);
        Moments relu = block.nodes().get(0).vertex().predict(inputs);
        Moments weighted = block.nodes().get(1).vertex().predict(List.of(relu));
        Moments output = block.predict(inputs);
        assertThat(output.mean()).isEqualTo(inputs.get(0).mean().add(weighted.mean()));
        assertThat(block.describe()).isEqualTo("block");
        assertThat(block.learners().keySet())
                .containsExactly(new ParameterKey("block", "W"), new ParameterKey("block", "b"));
        Moments values = Moments.pointMass(inputs.get(0).mean());
        assertThat(block.sample(List.of(values)).isPointMass()).isTrue();
        assertThat(block.forward(messages(List.of(values)), Sites.NONE)
                        .back()
                        .answer(message(values, 2))
                        .toInputs())
                .as("observed")
                .containsOnlyNulls();
    }

    @Test
    void aFrozenPartOfACompositeLearnsNothing() {
        GraphNode frozen = new GraphNode(dense("frozen", 4, 3), List.of(0), true);
        GraphNode free = new GraphNode(dense("free", 3, 2), List.of(1));
        CompositeVertex both = new CompositeVertex(() -> "both", 1, List.of(frozen, free));
        Vertex.Pass pass = both.forward(messages(inputs(of("row", () -> both, ROW), 1)), Sites.NONE);
        Sites sites = pass.back().answer(message(pass.output().moments(), 2)).sites();
        assertThat(sites.keys()).extracting(ParameterKey::place).containsOnly("free");
        assertThat(both.learners().keySet()).isEqualTo(sites.keys());
    }
}
