package io.github.dl4jep.weight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class PrunedPosteriorTest {

    private static final PriorScale SCALE = new PriorScale(3, 2);
    private static final INDArray KEPT = Nd4j.createFromArray(new float[][] {{1, 0}, {0, 1}, {1, 1}});

    static List<WeightPrior> originals() {
        return List.of(new GaussianPrior(), new TernaryPrior(), new SpikeSlabPrior());
    }

    private static Map<String, INDArray> parameters(WeightPrior prior) {
        Map<String, INDArray> parameters = new LinkedHashMap<>();
        for (String name : prior.parameterNames()) {
            parameters.put(name, Nd4j.create(DataType.FLOAT, new long[] {3, 2}, 'f'));
        }
        return parameters;
    }

    private static WeightSite site() {
        return new WeightSite(
                Nd4j.valueArrayOf(new long[] {3, 2}, 0.7f).dup('f'),
                Nd4j.valueArrayOf(new long[] {3, 2}, 0.4f).dup('f'));
    }

    /** The weights that are kept do what they would do in the posterior without removed ones; the others are zero. */
    @ParameterizedTest
    @MethodSource("originals")
    void keptWeightsAreAsBeforeAndOthersZero(WeightPrior original) {
        Map<String, INDArray> whole = parameters(original);
        WeightPosterior expected = original.posterior(whole, SCALE);
        Nd4j.getRandom().setSeed(4);
        expected.initialiseWeights();
        PrunedPrior prior = new PrunedPrior(original);
        Map<String, INDArray> parameters = parameters(prior);
        WeightPosterior pruned = prior.posterior(parameters, SCALE);
        Nd4j.getRandom().setSeed(4);
        pruned.initialiseWeights();
        assertThat(pruned.moments(null).mean()).isEqualTo(expected.moments(null).mean());
        parameters.get(PrunedPrior.KEPT).assign(KEPT);

        for (int step = 0; step < 5; step++) {
            expected.update(site(), new SiteStep(0.9, 0.5, 1));
            pruned.update(site(), new SiteStep(0.9, 0.5, 1));
        }

        assertThat(pruned.moments(null).mean())
                .isEqualTo(expected.moments(null).mean().mul(KEPT));
        assertThat(pruned.moments(site()).mean())
                .isEqualTo(expected.moments(site()).mean().mul(KEPT));
        assertThat(pruned.moments(null).variance())
                .isEqualTo(expected.moments(null).variance().mul(KEPT));
        assertThat(pruned.predictiveMean()).isEqualTo(expected.predictiveMean().mul(KEPT));
        assertThat(pruned.mode()).isEqualTo(expected.mode().mul(KEPT));
        WeightMoments moments = pruned.predictiveMoments();
        assertThat(moments.secondMoment())
                .isEqualTo(moments.mean().mul(moments.mean()).addi(moments.variance()));
        assertThat(moments.unitMeanVariance()).isEqualTo(moments.variance().mean(true, 1));
        assertThat(pruned.sample().mul(KEPT.rsub(1)).amaxNumber().doubleValue()).isZero();
    }

    @Test
    void biasesAreThoseOfTheOriginal() {
        assertThat(new PrunedPrior(new TernaryPrior()).biasPrior()).isEqualTo(new GaussianPrior());
        assertThat(new PrunedPrior(new TernaryPrior()).modeIsMean()).isFalse();
        assertThat(new PrunedPrior(new GaussianPrior()).modeIsMean()).isTrue();
    }

    @Test
    void itIsAValue() {
        PrunedPrior prior = new PrunedPrior(new GaussianPrior(0.2));

        assertThat(prior).isEqualTo(new PrunedPrior(new GaussianPrior(0.2))).isNotEqualTo(new GaussianPrior(0.2));
        assertThat(prior).hasSameHashCodeAs(new PrunedPrior(new GaussianPrior(0.2)));
        assertThat(prior).hasToString("pruned(gaussian(scale=0.2))");
        assertThat(PrunedPrior.of(prior)).isSameAs(prior);
    }

    @Test
    void whatCannotBePrunedIsRefused() {
        assertThatThrownBy(() -> new PrunedPrior(new BinaryPrior()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weights with the prior binary(polarisation=1.0003) cannot be zero, so none can be removed;"
                        + " allowed are priors with a zero, such as gaussian, ternary and spike-slab");
        assertThatThrownBy(() -> new PrunedPrior(new PrunedPrior(new GaussianPrior())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pruned already");
    }
}
