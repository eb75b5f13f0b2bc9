package io.github.dl4jep.weight;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.array.Snapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** No element of a parameter changes moments of predictions unless it is among those that the posterior says it reads. */
class ReadByPredictionsTest {

    private static final PriorScale SCALE = new PriorScale(9, 2);

    static Stream<Arguments> posteriors() {
        List<Arguments> all = new ArrayList<>();
        for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
            for (WeightPrior prior : List.of(
                    new GaussianPrior(.5),
                    new GaussianPrior(.5, true),
                    new BinaryPrior(),
                    new TernaryPrior(),
                    new SpikeSlabPrior(),
                    new PrunedPrior(new GaussianPrior(.5)))) {
                all.add(Arguments.of(prior, type, new long[] {5, 4}));
                all.add(Arguments.of(prior, type, new long[] {1, 6}));
            }
        }
        // Sums see means.
        all.add(Arguments.of(new GaussianPrior(.5), DataType.FLOAT, new long[] {101, 102}));
        return all.stream();
    }

    private static Map<String, INDArray> parameters(WeightPrior prior, DataType type, long[] shape, boolean unseen) {
        Nd4j.getRandom().setSeed(5);
        Map<String, INDArray> parameters = new LinkedHashMap<>();
        prior.parameterNames()
                .forEach(name -> parameters.put(name, Nd4j.create(type, prior.shapeOf(name, shape), 'f')));
        WeightPosterior posterior = prior.posterior(parameters, SCALE);
        posterior.initialiseWeights();
        INDArray precision = Nd4j.rand(type, shape).dup('f');
        if (unseen) {
            precision.getRow(0).assign(0);
        }
        posterior.update(new WeightSite(Nd4j.randn(type, shape).dup('f'), precision), new SiteStep(1, .5, 1));
        return parameters;
    }

    @ParameterizedTest
    @MethodSource("posteriors")
    void isAllThatMomentsAreFunctionsOf(WeightPrior prior, DataType type, long[] shape) {
        check(prior, parameters(prior, type, shape, false));
    }

    @ParameterizedTest
    @MethodSource("posteriors")
    void isAllWhereAnInputWasNeverSeen(WeightPrior prior, DataType type, long[] shape) {
        check(prior, parameters(prior, type, shape, true));
    }

    private static void check(WeightPrior prior, Map<String, INDArray> parameters) {
        WeightPosterior posterior = prior.posterior(parameters, SCALE);
        List<double[]> before = numbers(posterior);
        List<Snapshot> read =
                posterior.readByPredictions().stream().map(Snapshot::of).toList();
        int seen = 0;
        for (INDArray array : parameters.values()) {
            for (long at = 0; at < array.length(); at += 1 + array.length() / 7) {
                double value = array.getDouble(at);
                array.putScalar(at, value * 1.5 + .125);
                boolean changed = !same(before, numbers(prior.posterior(parameters, SCALE)));
                if (changed) {
                    assertThat(read).as("%s, element %d", prior, at).anyMatch(each -> !each.isUnchanged());
                    seen++;
                }
                array.putScalar(at, value);
                assertThat(read).allMatch(Snapshot::isUnchanged);
            }
        }
        assertThat(seen).as("elements that change moments").isPositive();
    }

    /** All moments that predictions may ask for. */
    private static List<double[]> numbers(WeightPosterior posterior) {
        return Stream.of(
                        posterior.predictiveMoments(),
                        posterior.predictiveMomentsOfSums(true),
                        posterior.predictiveMomentsOfSums(false))
                .flatMap(ReadByPredictionsTest::arrays)
                .map(array -> array.dup('c').data().asDouble())
                .toList();
    }

    private static Stream<INDArray> arrays(WeightMoments moments) {
        WeightMoments.InputMeans means = moments.inputMeans();
        return Stream.of(
                        moments.mean(),
                        moments.variance(),
                        moments.secondMoment(),
                        moments.unitMeanVariance(),
                        means == null ? null : means.variance())
                .filter(Objects::nonNull);
    }

    private static boolean same(List<double[]> a, List<double[]> b) {
        return java.util.Arrays.deepEquals(a.toArray(), b.toArray());
    }
}
