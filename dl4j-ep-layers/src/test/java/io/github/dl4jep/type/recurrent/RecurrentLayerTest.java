package io.github.dl4jep.type.recurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.conf.EpRecurrentLayer;
import io.github.dl4jep.linear.WeightGroups;
import io.github.dl4jep.map.WeightedSum;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.StepCovariance;
import io.github.dl4jep.params.ChainedParamInitializer;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.runtime.RecurrentRuntime;
import io.github.dl4jep.unit.Units;
import io.github.dl4jep.vertex.FixedVertex;
import io.github.dl4jep.vertex.GraphNode;
import io.github.dl4jep.vertex.LayerWeights;
import io.github.dl4jep.vertex.LinearVertex;
import io.github.dl4jep.vertex.ParameterKey;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.UnitVertex;
import io.github.dl4jep.vertex.Vertex;
import io.github.dl4jep.vertex.VertexGraph;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.PriorScale;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Recurrent layers against dense layers, derivatives and linearised networks. */
@SuppressWarnings("deprecation") // GravesLSTM
class RecurrentLayerTest {

    private static final DataType TYPE = DataType.FLOAT;
    private static final int BATCH = 3;
    private static final int INPUTS = 2;
    private static final int UNITS = 4;
    private static final String PLACE = "layer \"\" (index 0)";

    private static BaseRecurrentLayer simple(Activation activation) {
        return new SimpleRnn.Builder()
                .nIn(INPUTS)
                .nOut(UNITS)
                .activation(activation)
                .build();
    }

    private static BaseRecurrentLayer lstm() {
        return new LSTM.Builder()
                .nIn(INPUTS)
                .nOut(UNITS)
                .activation(Activation.TANH)
                .build();
    }

    private static BaseRecurrentLayer graves() {
        return new GravesLSTM.Builder()
                .nIn(INPUTS)
                .nOut(UNITS)
                .activation(Activation.TANH)
                .build();
    }

    static Stream<BaseRecurrentLayer> layers() {
        return Stream.of(simple(Activation.TANH), lstm(), graves());
    }

    private static RecurrentRuntime runtime(BaseRecurrentLayer original) {
        Nd4j.getRandom().setSeed(7);
        EpRecurrentLayer layer = new EpRecurrentLayer(original, new GaussianPrior(), 1);
        NeuralNetConfiguration conf = new NeuralNetConfiguration();
        conf.setLayer(layer);
        INDArray params = Nd4j.zeros(TYPE, 1, layer.initializer().numParams(layer));
        return (RecurrentRuntime) layer.instantiate(conf, null, 0, params, true, TYPE);
    }

    private static Moments series(int steps, boolean observed) {
        INDArray mean = Nd4j.randn(TYPE, BATCH, INPUTS * steps).dup('f');
        INDArray variance =
                observed ? null : Nd4j.rand(TYPE, BATCH, INPUTS * steps).dup('f');
        return new Moments(mean, variance).shapedAs(ExampleShape.of(INPUTS, steps));
    }

    private static BackwardMessage message(int steps) {
        return new BackwardMessage(
                Nd4j.randn(TYPE, BATCH, UNITS * steps).dup('f'),
                Nd4j.rand(TYPE, BATCH, UNITS * steps).dup('f'));
    }

    private static LayerWeights weights(RecurrentRuntime runtime, String prefix, long inputs, boolean bias) {
        PosteriorParamInitializer layout = new PosteriorParamInitializer(
                new GaussianPrior(), new PriorScale(INPUTS + UNITS, 1), inputs, UNITS, bias, null);
        return new LayerWeights(
                () -> PLACE, prefix, layout, () -> ChainedParamInitializer.part(runtime.paramTable(), prefix));
    }

    /** Every step as a sum of two dense layers that share their arrays of weights with those of the other steps. */
    private static VertexGraph unrolled(RecurrentRuntime runtime, int steps) {
        LayerWeights ofInput = weights(runtime, "", INPUTS, true);
        LayerWeights ofState = weights(runtime, "recurrent", UNITS, false);
        List<GraphNode> nodes = new ArrayList<>();
        int before = -1;
        for (int t = 0; t < steps; t++) {
            nodes.add(new GraphNode(new LinearVertex(INPUTS, null, WeightGroups.NONE, ofInput), List.of(t)));
            int sum = steps + nodes.size() - 1;
            if (t > 0) {
                nodes.add(new GraphNode(new LinearVertex(UNITS, null, WeightGroups.NONE, ofState), List.of(before)));
                nodes.add(new GraphNode(
                        new FixedVertex("sum", WeightedSum.sum()), List.of(sum, steps + nodes.size() - 1)));
                sum = steps + nodes.size() - 1;
            }
            nodes.add(new GraphNode(new UnitVertex(Units.of(new ActivationReLU()), () -> "unit"), List.of(sum)));
            before = steps + nodes.size() - 1;
        }
        return new VertexGraph(steps, nodes);
    }

    private static INDArray step(INDArray matrix, int step, int steps) {
        int channels = matrix.columns() / steps;
        INDArray columns = Nd4j.create(TYPE, new long[] {matrix.rows(), channels}, 'f');
        for (int c = 0; c < channels; c++) {
            columns.putColumn(c, matrix.getColumn(c * steps + step));
        }
        return columns;
    }

    private static Moments step(Moments moments, int step, int steps) {
        INDArray variance = moments.variance();
        return new Moments(step(moments.mean(), step, steps), variance == null ? null : step(variance, step, steps));
    }

    private static void assertClose(INDArray actual, INDArray expected, double tolerance, String what) {
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        double[] values = actual.dup('c').castTo(DataType.DOUBLE).data().asDouble();
        double[] others = expected.dup('c').castTo(DataType.DOUBLE).data().asDouble();
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).as(what).isCloseTo(others[i], within(tolerance * (1 + Math.abs(others[i]))));
        }
    }

    /** Moments, messages and sites: with weights used at every step, and with uncertain and observed inputs. */
    @Test
    void stepsAreDenseLayersThatShareTheirWeights() {
        for (int steps = 1; steps <= 4; steps++) {
            RecurrentRuntime runtime = runtime(simple(Activation.RELU));
            runtime.paramTable().get("bMeanTimesPrecision").assign(Nd4j.randn(TYPE, 1, UNITS));
            for (boolean observed : new boolean[] {true, false}) {
                Moments x = series(steps, observed);
                BackwardMessage message = message(steps);
                Vertex.Pass pass =
                        runtime.vertex().forward(List.of(new ForwardMessage(x, BatchCovariance.none())), Sites.NONE);
                Vertex.Answer answer = pass.back().answer(message);

                VertexGraph graph = unrolled(runtime, steps);
                List<ForwardMessage> inputs = new ArrayList<>();
                for (int t = 0; t < steps; t++) {
                    inputs.add(new ForwardMessage(step(x, t, steps), BatchCovariance.none()));
                }
                VertexGraph.Sweep sweep = graph.forward(inputs, Sites.NONE);
                Map<Integer, BackwardMessage> back = new HashMap<>();
                for (int t = 0; t < steps; t++) {
                    int slot = steps + (t == 0 ? 1 : 4 * t + 1);
                    Moments expected = sweep.activation(slot).moments();
                    Moments actual = step(pass.output().moments(), t, steps);
                    assertClose(actual.mean(), expected.mean(), 1e-5, "mean");
                    assertClose(actual.variance(), expected.variance(), 1e-5, "variance");
                    back.put(
                            slot,
                            new BackwardMessage(step(message.shift(), t, steps), step(message.curvature(), t, steps)));
                }
                Vertex.Answer expected = sweep.answer(back);
                for (String name : List.of("W", "b", "recurrentW")) {
                    ParameterKey key = new ParameterKey(PLACE, name);
                    if (expected.sites().site(key) == null) {
                        assertThat(steps).isEqualTo(1);
                        assertThat(answer.sites().site(key).shift().maxNumber().doubleValue())
                                .isZero();
                        continue;
                    }
                    assertClose(
                            answer.sites().site(key).shift(),
                            expected.sites().site(key).shift(),
                            1e-4,
                            name);
                    assertClose(
                            answer.sites().site(key).precision(),
                            expected.sites().site(key).precision(),
                            1e-4,
                            name);
                }
                if (observed) {
                    assertThat(answer.toInputs().get(0)).isNull();
                    continue;
                }
                for (int t = 0; t < steps; t++) {
                    BackwardMessage toInput = expected.toInputs().get(t);
                    assertClose(step(answer.toInputs().get(0).shift(), t, steps), toInput.shift(), 1e-4, "shift");
                    assertClose(
                            step(answer.toInputs().get(0).curvature(), t, steps),
                            toInput.curvature(),
                            1e-4,
                            "curvature");
                }
            }
        }
    }

    @Test
    void theCovarianceOfOneStepIsThatOfADenseLayer() {
        RecurrentRuntime runtime = runtime(simple(Activation.RELU));
        Moments x = series(1, true);
        ForwardMessage actual = runtime.vertex()
                .forward(List.of(new ForwardMessage(x, BatchCovariance.none())), Sites.NONE)
                .output();
        ForwardMessage expected = unrolled(runtime, 1)
                .forward(List.of(new ForwardMessage(step(x, 0, 1), BatchCovariance.none())), Sites.NONE)
                .activation(2);
        BatchCovariance last = actual.covariance().steps().last();
        assertClose(last.covariance(), expected.covariance().covariance(), 1e-5, "K");
        assertClose(last.gain(), expected.covariance().gain(), 1e-5, "D");
    }

    /** J S J' of an LSTM of one unit, by numerical derivatives through all steps: each weight acts at every one. */
    @Test
    void theCovarianceOfAMemorysLastStepIsThatOfTheLinearisedNetwork() {
        int steps = 5;
        RecurrentRuntime runtime = runtime(new LSTM.Builder()
                .nIn(INPUTS)
                .nOut(1)
                .activation(Activation.TANH)
                .build());
        Map<String, Double> variances = Map.of("W", 1e-6, "recurrentW", 2e-6, "b", 3e-6);
        variances.forEach((name, variance) -> {
            runtime.paramTable().get(name + "Precision").assign(1 / variance);
            INDArray natural = runtime.paramTable().get(name + "MeanTimesPrecision");
            natural.assign(Nd4j.randn(TYPE, natural.shape()).muli(1 / variance));
            runtime.paramTable().get(name + "AveragedMean").assign(natural.mul(variance));
        });
        Moments x = series(steps, true);
        double[][] expected = new double[BATCH][BATCH];
        double step = 1e-2;
        variances.forEach((name, variance) -> {
            // Of which predictions are made.
            INDArray mean = runtime.paramTable().get(name + "AveragedMean");
            for (long i = 0; i < mean.length(); i++) {
                double at = mean.getDouble(i);
                mean.putScalar(i, at + step);
                INDArray above = last(runtime, x, steps);
                mean.putScalar(i, at - step);
                INDArray slope = above.subi(last(runtime, x, steps)).divi(2 * step);
                mean.putScalar(i, at);
                for (int n = 0; n < BATCH; n++) {
                    for (int k = 0; k < BATCH; k++) {
                        expected[n][k] += variance * slope.getDouble(n) * slope.getDouble(k);
                    }
                }
            }
        });
        INDArray actual = runtime.vertex()
                .forward(List.of(new ForwardMessage(x, BatchCovariance.none())), Sites.NONE)
                .output()
                .covariance()
                .steps()
                .last()
                .covariance();
        double largest = actual.maxNumber().doubleValue();
        assertThat(largest).isGreaterThan(1e-7);
        for (int n = 0; n < BATCH; n++) {
            for (int k = 0; k < BATCH; k++) {
                assertThat(actual.getDouble(n, k))
                        .as("K of %d and %d", n, k)
                        .isCloseTo(expected[n][k], within(5e-3 * largest));
            }
        }
    }

    private static INDArray last(RecurrentRuntime runtime, Moments x, int steps) {
        return step(runtime.vertex().predict(List.of(x)).mean(), steps - 1, steps);
    }

    /** J S J' of equally uncertain weights that are the same at both steps, averaged over the units; by directions drawn at random. */
    @Test
    void theCovarianceOfPairsIsThatOfTheLinearisedNetwork() {
        int steps = 2;
        RecurrentRuntime runtime = runtime(simple(Activation.RELU));
        Moments x = series(steps, true);
        ForwardMessage output = runtime.vertex()
                .forward(List.of(new ForwardMessage(x, BatchCovariance.none())), Sites.NONE)
                .output();
        float[] evenly = new float[UNITS];
        java.util.Arrays.fill(evenly, 1f / UNITS);
        double s = 1 / runtime.paramTable().get("WPrecision").getDouble(0);
        INDArray recurrent = weights(runtime, "recurrent", UNITS, false)
                .weights()
                .moments(null)
                .mean();
        // Gains of both steps, and the activation of the first.
        INDArray[] gain = new INDArray[steps];
        VertexGraph.Sweep sweep = unrolled(runtime, steps)
                .forward(
                        List.of(
                                new ForwardMessage(step(x, 0, steps), BatchCovariance.none()),
                                new ForwardMessage(step(x, 1, steps), BatchCovariance.none())),
                        Sites.NONE);
        for (int t = 0; t < steps; t++) {
            gain[t] = sweep.activation(steps + (t == 0 ? 1 : 5)).covariance().gain();
        }
        INDArray h = sweep.activation(steps + 1).moments().mean();
        float[][] pairs = output.covariance().steps().passedOn(null, evenly, StepCovariance.Pairs.ALL);
        double[][] expected = new double[2 * BATCH][2 * BATCH];
        for (int unit = 0; unit < UNITS; unit++) {
            for (int of = 0; of < UNITS; of++) {
                for (int weight = 0; weight < INPUTS + UNITS + 1; weight++) {
                    double[] derivative = new double[2 * BATCH];
                    for (int n = 0; n < BATCH; n++) {
                        double first = gain[0].getDouble(n, of) * seen(x, null, n, 0, steps, weight);
                        double direct = of == unit ? seen(x, h, n, 1, steps, weight) : 0;
                        derivative[n] = of == unit ? first : 0;
                        derivative[BATCH + n] =
                                gain[1].getDouble(n, unit) * (direct + recurrent.getDouble(of, unit) * first);
                    }
                    for (int a = 0; a < 2 * BATCH; a++) {
                        for (int b = 0; b < 2 * BATCH; b++) {
                            expected[a][b] += s * derivative[a] * derivative[b] / UNITS;
                        }
                    }
                }
            }
        }
        for (int n = 0; n < BATCH; n++) {
            for (int k = 0; k < BATCH; k++) {
                assertNear(pairs[0][k * BATCH + n], expected, n, k);
                assertNear(pairs[1][k * BATCH + n], expected, BATCH + n, k);
                assertNear(pairs[1][BATCH * BATCH + k * BATCH + n], expected, BATCH + n, BATCH + k);
            }
        }
    }

    /** Some 256 units of directions, of which half are dead: within two fifths of the deviations; exactly in DrawnDirectionsTest. */
    private static void assertNear(double actual, double[][] expected, int row, int column) {
        assertThat(actual)
                .isCloseTo(
                        expected[row][column], within(0.4 * Math.sqrt(expected[row][row] * expected[column][column])));
    }

    /** What a weight sees: inputs, the activations before (null for zeros), and the 1 of the bias. */
    private static double seen(Moments x, INDArray before, int n, int t, int steps, int weight) {
        if (weight < INPUTS) {
            return x.mean().getDouble(n, weight * steps + t);
        }
        if (weight == INPUTS + UNITS) {
            return 1;
        }
        return before == null ? 0 : before.getDouble(n, weight - INPUTS);
    }

    /** With nearly certain weights messages are derivatives of the point network. */
    @ParameterizedTest
    @MethodSource("layers")
    void shiftsAreDerivatives(BaseRecurrentLayer layer) {
        int steps = 3;
        RecurrentRuntime runtime = runtime(layer);
        runtime.paramTable().forEach((name, array) -> {
            if (name.endsWith("Precision") && !name.endsWith("TimesPrecision")) {
                INDArray mean = runtime.paramTable().get(name.replace("Precision", "AveragedMean"));
                mean.assign(Nd4j.randn(TYPE, mean.shape()).muli(0.5));
                array.assign(1e12);
                runtime.paramTable()
                        .get(name.replace("Precision", "MeanTimesPrecision"))
                        .assign(mean.mul(array));
            }
        });
        Moments x = series(steps, false);
        Moments known = Moments.pointMass(x.mean()).shapedAs(x.shape());
        Moments input = new Moments(x.mean(), x.variance().mul(1e-12)).shapedAs(x.shape());
        BackwardMessage message = message(steps);
        Vertex.Answer answer = runtime.vertex()
                .forward(List.of(new ForwardMessage(input, BatchCovariance.none())), Sites.NONE)
                .back()
                .answer(message);
        for (String name : List.of("W", "b", "recurrentW", "peepholeW")) {
            INDArray mean = runtime.paramTable().get(name + "AveragedMean");
            if (mean != null) {
                INDArray shift =
                        answer.sites().site(new ParameterKey(PLACE, name)).shift();
                check(mean, shift, () -> objective(runtime, known, message));
            }
        }
        check(x.mean(), answer.toInputs().get(0).shift(), () -> objective(runtime, known, message));
    }

    private static double objective(RecurrentRuntime runtime, Moments x, BackwardMessage message) {
        return runtime.vertex().point(x).mean().mul(message.shift()).sumNumber().doubleValue();
    }

    private static void check(INDArray variable, INDArray derivative, java.util.function.DoubleSupplier objective) {
        for (long i = 0; i < variable.length(); i++) {
            long row = i % variable.rows();
            long column = i / variable.rows();
            double value = variable.getDouble(row, column);
            double step = 1e-2;
            variable.putScalar(row, column, value + step);
            double up = objective.getAsDouble();
            variable.putScalar(row, column, value - step);
            double down = objective.getAsDouble();
            variable.putScalar(row, column, value);
            double expected = (up - down) / (2 * step);
            assertThat(derivative.getDouble(row, column)).isCloseTo(expected, within(2e-3 * (1 + Math.abs(expected))));
        }
    }

    /** A draw is the activation for one choice of all weights: its mean over draws is that of the prediction, where the network is linear. */
    @Test
    void drawsOfALinearLayerHaveItsMean() {
        RecurrentRuntime runtime = runtime(simple(Activation.IDENTITY));
        Moments x = series(2, true);
        INDArray predicted = runtime.vertex().predict(List.of(x)).mean();
        INDArray sum = predicted.ulike().assign(0);
        int draws = 4000;
        for (int i = 0; i < draws; i++) {
            sum.addi(runtime.vertex().sample(List.of(x)).mean());
        }
        INDArray first = step(sum, 0, 2).divi(draws);
        assertClose(first, step(predicted, 0, 2), 0.06, "mean of draws");
    }

    @Test
    void aPassIsAnsweredOnceAndShapesAreNamed() {
        RecurrentRuntime runtime = runtime(lstm());
        Vertex.Pass pass = runtime.vertex()
                .forward(List.of(new ForwardMessage(series(2, true), BatchCovariance.none())), Sites.NONE);
        pass.back().answer(message(2));
        assertThatThrownBy(() -> pass.back().answer(message(2)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The pass through layer \"\" (index 0) was answered before; call forward again");
        assertThatThrownBy(() -> runtime.vertex().predict(List.of(Moments.pointMass(Nd4j.zeros(TYPE, 2, 3, 5)))))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage(
                        "An example has shape [3, 5], allowed are 2 channel(s) first and one dimension of steps at layer"
                                + " \"\" (index 0); check the data, its format (NCW or NWC) or nIn of the layer");
    }

    @Test
    void theLastStepIsTheEndOfTheActivation() {
        RecurrentRuntime runtime = runtime(lstm());
        LastStepVertex last = new LastStepVertex(() -> "last");
        ForwardMessage output = runtime.vertex()
                .forward(List.of(new ForwardMessage(series(3, true), BatchCovariance.none())), Sites.NONE)
                .output();
        Vertex.Pass pass = last.forward(List.of(output), Sites.NONE);
        assertClose(pass.output().moments().mean(), step(output.moments().mean(), 2, 3), 0, "mean");
        assertThat(pass.output().covariance().covariance().shape()).containsExactly(BATCH, BATCH);
        INDArray z = Nd4j.randn(TYPE, BATCH, UNITS);
        INDArray back =
                pass.back().answer(new BackwardMessage(z, z)).toInputs().get(0).shift();
        assertClose(step(back, 2, 3), z, 0, "back");
        assertThat(step(back, 1, 3).maxNumber().doubleValue()).isZero();
        assertThatThrownBy(() -> last.predict(List.of(Moments.pointMass(Nd4j.zeros(TYPE, 2, 3)))))
                .hasMessage(
                        "An example has shape [3], allowed are sequences, with one dimension of steps, at last; check"
                                + " the data or the layers before it");
    }
}
