package io.github.dl4jep.type;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.KeptCovariance;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.Vertex;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PoolHelperVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Every vertex: its values against DL4J's own vertex, its moments against quadrature over independent Gaussian inputs, its messages
 * against derivatives by finite differences.
 */
class EpVerticesTest {

    private static final int ROWS = 4;
    private static final double STEP = 1e-4;

    /**
     * A vertex and inputs for it.
     *
     * @param vertex the DL4J vertex
     * @param shapes shape of each input's examples
     * @param exact whether the moments are exact; else deviations are small and the error is of their order
     */
    record Case(String name, GraphVertex vertex, List<ExampleShape> shapes, boolean exact) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case of(String name, GraphVertex vertex, int inputs, long... dims) {
        List<ExampleShape> shapes = new ArrayList<>();
        for (int i = 0; i < inputs; i++) {
            shapes.add(ExampleShape.of(dims));
        }
        return new Case(name, vertex, shapes, true);
    }

    static List<Case> cases() {
        return List.of(
                of("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), 3, 5),
                of("add images", new ElementWiseVertex(ElementWiseVertex.Op.Add), 2, 2, 3, 2),
                of("subtract", new ElementWiseVertex(ElementWiseVertex.Op.Subtract), 2, 5),
                of("average", new ElementWiseVertex(ElementWiseVertex.Op.Average), 3, 5),
                of("product", new ElementWiseVertex(ElementWiseVertex.Op.Product), 2, 5),
                of("product of three", new ElementWiseVertex(ElementWiseVertex.Op.Product), 3, 5),
                new Case(
                        "max",
                        new ElementWiseVertex(ElementWiseVertex.Op.Max),
                        List.of(ExampleShape.of(5), ExampleShape.of(5), ExampleShape.of(5)),
                        false),
                new Case("merge", new MergeVertex(), List.of(ExampleShape.of(2), ExampleShape.of(5)), true),
                new Case(
                        "merge images",
                        new MergeVertex(),
                        List.of(ExampleShape.of(2, 3, 2), ExampleShape.of(1, 3, 2), ExampleShape.of(3, 3, 2)),
                        true),
                of("subset", new SubsetVertex(1, 3), 1, 5),
                of("subset of channels", new SubsetVertex(1, 2), 1, 4, 2, 3),
                of("scale", new ScaleVertex(-1.7), 1, 5),
                of("shift", new ShiftVertex(0.6), 1, 5),
                of("stack", new StackVertex(), 3, 5),
                of("unstack", new UnstackVertex(1, 2), 1, 5),
                of("reshape", new ReshapeVertex(-1, 2, 3), 1, 6),
                of("preprocessor", new PreprocessorVertex(new CnnToFeedForwardPreProcessor(3, 2, 2)), 1, 2, 3, 2),
                of("pool helper", new PoolHelperVertex(), 1, 2, 3, 4),
                new Case("distance", new L2Vertex(), List.of(ExampleShape.of(4), ExampleShape.of(4)), false),
                new Case("normalize", new L2NormalizeVertex(), List.of(ExampleShape.of(5)), false),
                new Case("normalize images", new L2NormalizeVertex(), List.of(ExampleShape.of(2, 2, 2)), false));
    }

    /** Without those whose DL4J vertex runs in single precision or in a network only. */
    static List<Case> casesThatRunAlone() {
        return cases().stream()
                .filter(each -> !List.of("preprocessor", "normalize images").contains(each.name()))
                .toList();
    }

    @BeforeEach
    void seed() {
        Nd4j.getRandom().setSeed(17);
    }

    /** Means of about 1 and, where moments are exact, deviations of as much. */
    private static Moments moments(ExampleShape shape, boolean wide) {
        INDArray mean =
                Nd4j.randn(DataType.DOUBLE, ROWS, shape.length()).addi(0.5).dup('f');
        INDArray variance = Nd4j.rand(DataType.DOUBLE, ROWS, shape.length())
                .addi(0.2)
                .muli(wide ? 1 : 1e-6)
                .dup('f');
        return new Moments(mean, variance).shapedAs(shape);
    }

    private static List<Moments> inputs(Case each) {
        return each.shapes().stream().map(shape -> moments(shape, each.exact())).toList();
    }

    private static Vertex vertex(Case each) {
        return EpVertices.of(each.vertex(), "v");
    }

    private static List<ForwardMessage> messages(List<Moments> inputs) {
        return inputs.stream()
                .map(input -> new ForwardMessage(input, BatchCovariance.none()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("casesThatRunAlone")
    void observedValuesAreDl4jsOwn(Case each) {
        org.deeplearning4j.nn.graph.vertex.GraphVertex plain =
                each.vertex().instantiate(null, "v", 0, null, false, DataType.DOUBLE);
        plain.setInputVertices(new VertexIndices[each.shapes().size()]);
        List<Moments> observed = new ArrayList<>();
        for (int i = 0; i < each.shapes().size(); i++) {
            Moments input = moments(each.shapes().get(i), true);
            observed.add(Moments.pointMass(input.mean()).shapedAs(input.shape()));
            plain.setInput(i, input.shape().unflatten(input.mean()).dup('c'), LayerWorkspaceMgr.noWorkspaces());
        }
        INDArray expected = plain.doForward(false, LayerWorkspaceMgr.noWorkspaces());
        Vertex vertex = vertex(each);

        for (Moments output : List.of(
                vertex.predict(observed),
                vertex.sample(observed),
                vertex.forward(messages(observed), Sites.NONE).output().moments())) {
            INDArray array = output.shape().unflatten(output.mean());
            assertThat(output.isPointMass()).isTrue();
            assertThat(array.shape()).isEqualTo(expected.shape());
            assertThat(array.equalsWithEps(expected, 1e-12)).isTrue();
        }
        assertThat(vertex.forward(messages(observed), Sites.NONE)
                        .back()
                        .answer(message(vertex.predict(observed)))
                        .toInputs())
                .as("observed inputs need no message")
                .hasSize(each.shapes().size())
                .containsOnlyNulls();
    }

    /**
     * Two points at one deviation to either side of every independent mean: exact where no value has a higher degree than three.
     * An element of the output reads one element of each input, so that all elements of an input move at once; but where a vertex
     * mixes the elements of an example, each moves by itself.
     */
    @ParameterizedTest
    @MethodSource("cases")
    void momentsAreThoseOfIndependentInputs(Case each) {
        List<Moments> inputs = inputs(each);
        boolean mixes = each.vertex() instanceof L2NormalizeVertex || each.vertex() instanceof L2Vertex;
        int elements = mixes ? (int) each.shapes().get(0).length() : 1;
        int corners = 1 << (elements * inputs.size());
        // Twice each corner: a vertex that unstacks answers half of the rows, one that stacks a block of rows for each
        // input.
        int rows = 2 * corners;
        List<Moments> repeated = new ArrayList<>();
        List<Moments> points = new ArrayList<>();
        for (int input = 0; input < inputs.size(); input++) {
            Moments moments = inputs.get(input);
            INDArray ones = Nd4j.ones(DataType.DOUBLE, rows, 1);
            INDArray mean = ones.mmul(moments.mean().getRow(0, true)).dup('f');
            INDArray variance = ones.mmul(moments.variance().getRow(0, true)).dup('f');
            repeated.add(new Moments(mean, variance).shapedAs(moments.shape()));
            INDArray moved = mean.dup('f');
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < moved.columns(); column++) {
                    int side = row >> (input * elements + (mixes ? column : 0)) & 1;
                    double deviation = Math.sqrt(variance.getDouble(row, column));
                    moved.putScalar(row, column, mean.getDouble(row, column) + (side == 0 ? -deviation : deviation));
                }
            }
            points.add(Moments.pointMass(moved).shapedAs(moments.shape()));
        }
        Vertex vertex = vertex(each);
        Moments output = vertex.forward(messages(repeated), Sites.NONE).output().moments();
        INDArray values = vertex.sample(points).mean();
        long block = Math.min(rows, values.rows());
        for (long from = 0; from < values.rows(); from += block) {
            INDArray of = values.get(NDArrayIndex.interval(from, from + block), NDArrayIndex.all());
            for (int i = 0; i < of.columns(); i++) {
                double variance = of.getColumn(i).var(false).getDouble(0);
                double error = each.exact() ? 1e-9 : 1e-2 * variance;
                assertThat(output.mean().getDouble(from, i))
                        .as("mean %s", i)
                        .isCloseTo(
                                of.getColumn(i).meanNumber().doubleValue(),
                                within(each.exact() ? 1e-9 : 10 * variance));
                assertThat(output.variance().getDouble(from, i))
                        .as("variance %s", i)
                        .isCloseTo(variance, within(error));
            }
        }
    }

    private static BackwardMessage message(Moments output) {
        return new BackwardMessage(
                Nd4j.randn(DataType.DOUBLE, output.mean().shape()).dup('f'),
                Nd4j.rand(DataType.DOUBLE, output.mean().shape()).dup('f'));
    }

    /** With J = d mean of the output / d mean of an input: z' = J^T z, and G'_j = sum_i J_ij^2 G_i. */
    @ParameterizedTest
    @MethodSource("cases")
    void messagesBackGoByTheDerivativeOfTheMean(Case each) {
        List<Moments> inputs = inputs(each);
        Vertex vertex = vertex(each);
        Vertex.Pass pass = vertex.forward(messages(inputs), Sites.NONE);
        BackwardMessage message = message(pass.output().moments());
        List<BackwardMessage> back = pass.back().answer(message).toInputs();
        for (int input = 0; input < inputs.size(); input++) {
            for (int row = 0; row < ROWS; row++) {
                for (int column = 0; column < inputs.get(input).mean().columns(); column++) {
                    INDArray slope = slope(vertex, inputs, input, row, column);
                    assertThat(back.get(input).shift().getDouble(row, column))
                            .isCloseTo(slope.mul(message.shift()).sumNumber().doubleValue(), within(1e-6));
                    assertThat(back.get(input).curvature().getDouble(row, column))
                            .isCloseTo(
                                    slope.mul(slope)
                                            .muli(message.curvature())
                                            .sumNumber()
                                            .doubleValue(),
                                    within(1e-6));
                }
            }
        }
    }

    private static INDArray slope(Vertex vertex, List<Moments> inputs, int input, int row, int column) {
        INDArray[] sides = new INDArray[2];
        for (int side = 0; side < 2; side++) {
            Moments original = inputs.get(input);
            INDArray mean = original.mean().dup('f');
            mean.putScalar(row, column, mean.getDouble(row, column) + (side == 0 ? STEP : -STEP));
            List<Moments> moved = new ArrayList<>(inputs);
            moved.set(input, new Moments(mean, original.variance()).shapedAs(original.shape()));
            sides[side] = vertex.predict(moved).mean();
        }
        return sides[0].sub(sides[1]).divi(2 * STEP);
    }

    /** One observed input beside an uncertain one: moments are those with a variance of zeros. */
    @ParameterizedTest
    @MethodSource("cases")
    void anObservedInputIsOneOfVarianceZero(Case each) {
        List<Moments> inputs = inputs(each);
        if (inputs.size() < 2) {
            return;
        }
        List<Moments> mixed = new ArrayList<>(inputs);
        List<Moments> zero = new ArrayList<>(inputs);
        INDArray mean = inputs.get(1).mean();
        mixed.set(1, Moments.pointMass(mean).shapedAs(inputs.get(1).shape()));
        zero.set(
                1,
                new Moments(mean, mean.ulike().assign(0)).shapedAs(inputs.get(1).shape()));
        Vertex vertex = vertex(each);
        Moments expected = vertex.predict(zero);
        Vertex.Pass pass = vertex.forward(messages(mixed), Sites.NONE);
        Moments output = pass.output().moments();
        assertThat(output.mean()).isEqualTo(expected.mean());
        assertThat(output.variance()).isEqualTo(expected.variance());
        List<BackwardMessage> back = pass.back().answer(message(output)).toInputs();
        assertThat(back.get(1)).isNull();
        assertThat(back.get(0)).isNotNull();
    }

    @Test
    void covarianceOfBranchesIsThatOfTheirCombination() {
        ExampleShape shape = ExampleShape.of(3);
        ForwardMessage a = uncertain(shape);
        ForwardMessage b = uncertain(shape);
        INDArray ka = a.covariance().collapsed().covariance();
        INDArray kb = b.covariance().collapsed().covariance();

        assertThat(covariance(new ElementWiseVertex(ElementWiseVertex.Op.Add), a, b))
                .isEqualTo(ka.add(kb));
        assertThat(covariance(new ElementWiseVertex(ElementWiseVertex.Op.Subtract), a, b))
                .isEqualTo(ka.add(kb));
        assertThat(covariance(new ElementWiseVertex(ElementWiseVertex.Op.Average), a, b))
                .isEqualTo(ka.add(kb).div(4));
        INDArray product = a.covariance()
                .through(b.moments().mean())
                .collapsed()
                .covariance()
                .add(b.covariance().through(a.moments().mean()).collapsed().covariance());
        assertThat(covariance(new ElementWiseVertex(ElementWiseVertex.Op.Product), a, b))
                .isEqualTo(product);
        ForwardMessage wide = uncertain(ExampleShape.of(9));
        INDArray shares =
                ka.mul(0.25).add(wide.covariance().collapsed().covariance().mul(0.75));
        assertThat(covariance(new MergeVertex(), a, wide)).isEqualTo(shares);
        ForwardMessage observed = ForwardMessage.observed(wide.moments().mean());
        assertThat(covariance(new MergeVertex(), a, observed)).isEqualTo(ka.mul(0.25));
        assertThat(covariance(new ScaleVertex(3), a)).isEqualTo(ka.mul(9));
        assertThat(covariance(new UnstackVertex(1, 2), stacked(a, b))).isEqualTo(kb);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void covariancesWithInducingExamplesAreThoseOfAllPairs(Case each) {
        InducingExamples some = InducingExamples.of(ROWS, 2);
        for (boolean firstObserved : new boolean[] {false, true}) {
            List<ForwardMessage> exact = new ArrayList<>(
                    each.shapes().stream().map(EpVerticesTest::uncertain).toList());
            if (firstObserved) {
                exact.set(0, new ForwardMessage(exact.get(0).moments(), BatchCovariance.none()));
            }
            List<ForwardMessage> kept = exact.stream()
                    .map(input -> new ForwardMessage(input.moments(), KeptCovariance.of(input.covariance(), some)))
                    .toList();
            BatchCovariance all =
                    vertex(each).forward(exact, Sites.NONE).output().covariance();
            BatchCovariance covariance =
                    vertex(each).forward(kept, Sites.NONE).output().covariance();
            if (all.covariance() == null) {
                assertThat(covariance.covariance()).isNull();
                assertThat(covariance.inducing().areAll()).isFalse();
            } else {
                KeptCovariance.assertKept(covariance, all, 1e-12);
            }
        }
    }

    private static ForwardMessage stacked(ForwardMessage a, ForwardMessage b) {
        return EpVertices.of(new StackVertex(), "s")
                .forward(List.of(a, b), Sites.NONE)
                .output();
    }

    private static ForwardMessage uncertain(ExampleShape shape) {
        INDArray half = Nd4j.randn(DataType.DOUBLE, ROWS, ROWS);
        return new ForwardMessage(
                moments(shape, true),
                new BatchCovariance(half.mmul(half.transpose()), Nd4j.rand(DataType.DOUBLE, ROWS, shape.length())));
    }

    private static INDArray covariance(GraphVertex vertex, ForwardMessage... inputs) {
        return EpVertices.of(vertex, "v")
                .forward(List.of(inputs), Sites.NONE)
                .output()
                .covariance()
                .collapsed()
                .covariance();
    }

    @Test
    void aSubsetTakesItsColumnsOfTheGain() {
        ForwardMessage input = uncertain(ExampleShape.of(5));
        BatchCovariance after = EpVertices.of(new SubsetVertex(1, 2), "v")
                .forward(List.of(input), Sites.NONE)
                .output()
                .covariance();
        assertThat(after.covariance()).isEqualTo(input.covariance().covariance());
        assertThat(after.gain()).isEqualTo(input.covariance().gain().getColumns(1, 2));
    }

    @Test
    void whatDoesNotFitIsSaidWithThePlace() {
        assertThatThrownBy(
                        () -> forward(new ElementWiseVertex(ElementWiseVertex.Op.Add), new long[] {5}, new long[] {4}))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage("At vertex \"v\" (ElementWiseVertex): inputs have shapes [[5], [4]], but must have one;"
                        + " broadcasting is not supported; check the data and the layers before it");
        assertThatThrownBy(() -> forward(new MergeVertex(), new long[] {2, 3, 3}, new long[] {2, 3, 4}))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("At vertex \"v\" (MergeVertex): inputs have shapes [[2, 3, 3], [2, 3, 4]]"
                        + " (channels first), but may differ in the number of channels only");
        assertThatThrownBy(() -> forward(new SubsetVertex(1, 5), new long[] {5}))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("the input has 5 channels, but channels 1 to 5 are wanted");
        assertThatThrownBy(() -> forward(new UnstackVertex(0, 3), new long[] {5}))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("the input has 4 rows, which are no 3 equal parts");
        assertThatThrownBy(() -> forward(new ReshapeVertex(-1, 4), new long[] {6}))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("An example has shape [6], which cannot be read as [-1, 4] at vertex \"v\""
                        + " (ReshapeVertex)");
        assertThatThrownBy(() -> forward(new StackVertex(), new long[] {5}, new long[] {4}))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("inputs have shapes [[5], [4]], but must have one");
        assertThatThrownBy(() -> forward(new PoolHelperVertex(), new long[] {5}))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("an example has shape [5], allowed are images");
        assertThatThrownBy(() -> forward(new L2NormalizeVertex(new int[] {1}, 1e-8), new long[] {2, 3, 3}))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("it normalizes over dimension 1 of examples of shape [2, 3, 3]");
    }

    private static void forward(GraphVertex vertex, long[]... shapes) {
        List<Moments> inputs = new ArrayList<>();
        for (long[] shape : shapes) {
            inputs.add(moments(ExampleShape.of(shape), true));
        }
        EpVertices.of(vertex, "v").predict(inputs);
    }

    @Test
    void whatHasNoMomentsIsRefused() {
        assertThatThrownBy(() -> EpVertices.of(new FrozenVertex(new ScaleVertex(2)), "v"))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining(
                        "there are no moments for the type FrozenVertex, supported are [DuplicateToTimeSeriesVertex, ElementWiseVertex, ");
        assertThatThrownBy(() -> EpVertices.of(new ReshapeVertex('f', new int[] {-1, 4}, null), "v"))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("it reshapes to [-1, 4] in order 'f', supported are [minibatch, ...] in order 'c'");
        assertThatThrownBy(() -> EpVertices.of(new L2NormalizeVertex(new int[] {2}, 1e-8), "v"))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("it normalizes over the dimensions [2], supported is the whole example");
    }
}
