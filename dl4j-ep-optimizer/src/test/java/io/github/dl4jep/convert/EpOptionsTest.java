package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.conf.EpDenseLayer;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.conf.PassCounter;
import io.github.dl4jep.likelihood.ProbitLikelihood;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyNetworks;
import io.github.dl4jep.weight.BinaryPrior;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.TernaryPrior;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.impl.ActivationTanH;

class EpOptionsTest {

    static Stream<Arguments> valuesOutOfRange() {
        String memory = ", allowed: positive numbers and infinity";
        return Stream.of(
                bad(b -> b.priorScale(0), "prior scale is 0.0, allowed are positive finite numbers"),
                bad(b -> b.priorScale(Double.NaN), "prior scale is NaN, allowed are positive finite numbers"),
                bad(
                        b -> b.priorScale(Double.POSITIVE_INFINITY),
                        "prior scale is Infinity, allowed are positive finite numbers"),
                bad(b -> b.memoryPasses(0), "memoryPasses is 0.0" + memory),
                bad(b -> b.memoryPasses(Double.NaN), "memoryPasses is NaN" + memory),
                bad(b -> b.minMemoryBatches(0.5), "minMemoryBatches is 0.5, allowed: 1 and more"),
                bad(b -> b.averagingBatches(0), "averagingBatches is 0.0, allowed: 1 and more"),
                bad(b -> b.damping(0), "damping is 0.0, allowed: (0, 1]"),
                bad(b -> b.damping(1.5), "damping is 1.5, allowed: (0, 1]"),
                bad(b -> b.damping(Double.NaN), "damping is NaN, allowed: (0, 1]"),
                bad(b -> b.sweepsPerBatch(0), "sweepsPerBatch is 0, allowed: 1 and more"),
                bad(b -> b.inducingExamples(0), "inducingExamples is 0, allowed: 1 and more"),
                bad(
                        b -> b.batchesPerPass(-1),
                        "batchesPerPass is -1.0, allowed: 0 (unknown) and positive finite numbers"),
                bad(
                        b -> b.batchesPerPass(Double.NaN),
                        "batchesPerPass is NaN, allowed: 0 (unknown) and positive finite numbers"));
    }

    private static Arguments bad(UnaryOperator<EpOptions.Builder> change, String message) {
        return Arguments.of(change, message);
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("valuesOutOfRange")
    void valuesOutOfRangeSayWhatIsAllowed(UnaryOperator<EpOptions.Builder> change, String message) {
        assertThatThrownBy(() -> change.apply(EpOptions.builder()).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void mapNamesEveryOptionInEffect() {
        EpOptions options = EpOptions.builder()
                .priorScale(0.3)
                .weightPrior("hidden", new GaussianPrior(0.2))
                .activation("hidden", new ActivationTanH())
                .likelihood(new ProbitLikelihood())
                .memoryPasses(Double.POSITIVE_INFINITY)
                .minMemoryBatches(10)
                .averagingBatches(20)
                .damping(0.5)
                .sweepsPerBatch(3)
                .inducingExamples(100)
                .build();

        assertThat(options.asMap())
                .contains(
                        entry("weightPrior", "gaussian(scale=0.3)"),
                        entry("weightPrior.hidden", "gaussian(scale=0.2)"),
                        entry("activation.hidden", "tanh"),
                        entry("likelihood", "ProbitLikelihood"),
                        entry("memoryPasses", "infinity"),
                        entry("minMemoryBatches", 10.0),
                        entry("averagingBatches", 20.0),
                        entry("damping", 0.5),
                        entry("sweepsPerBatch", 3),
                        entry("inducingExamples", 100));
        assertThat(EpOptions.defaults().asMap())
                .contains(
                        entry("weightPrior", "gaussian(scale=min(0.5, 2/depth))"),
                        entry("outputWeightPrior", "gaussian(scale=min(0.5, 2/depth))"),
                        entry("likelihood", "default"),
                        entry("memoryPasses", 1.0),
                        entry("minMemoryBatches", 25.0),
                        entry("averagingBatches", 75.0),
                        entry("damping", 1.0),
                        entry("sweepsPerBatch", 1),
                        entry("inducingExamples", 256));
    }

    @Test
    void hiddenLayersAndOutputHavePriorsAndUnitsOfTheirOwn() {
        EpOptions options = EpOptions.builder()
                .hiddenActivation(new ActivationHeaviside())
                .hiddenWeightPrior(new BinaryPrior())
                .outputWeightPrior(new TernaryPrior(0.5))
                .build();
        assertThat(options.asMap())
                .contains(
                        entry("weightPrior", new BinaryPrior().toString()),
                        entry(
                                "outputWeightPrior",
                                new TernaryPrior(0.5).forOutput().toString()),
                        entry("activation", "heaviside"));

        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier(), options);
        EpDenseLayer hidden = (EpDenseLayer) network.getLayer(0).conf().getLayer();
        EpOutputLayer output = (EpOutputLayer) network.getLayer(1).conf().getLayer();
        assertThat(hidden.getActivationFn()).isEqualTo(new ActivationHeaviside());
        assertThat(hidden.getWeightPrior()).isEqualTo(new BinaryPrior());
        assertThat(output.getWeightPrior()).isEqualTo(new TernaryPrior(0.5).forOutput());
        assertThat(hidden.getPriorGain()).isEqualTo(1);
    }

    @Test
    void optionsReachTheLayers() {
        EpOptions options = EpOptions.builder()
                .priorScale(0.3)
                .weightPrior("hidden", new GaussianPrior(0.2))
                .activation("hidden", new ActivationTanH())
                .likelihood(new ProbitLikelihood())
                .damping(0.5)
                .batchesPerPass(40)
                .build();

        EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier(), options);

        EpDenseLayer hidden = (EpDenseLayer) network.getLayer(0).conf().getLayer();
        EpOutputLayer out = (EpOutputLayer) network.getLayer(1).conf().getLayer();
        assertThat(hidden.getWeightPrior()).isEqualTo(new GaussianPrior(0.2));
        assertThat(hidden.getActivationFn()).isEqualTo(new ActivationTanH());
        assertThat(out.getWeightPrior()).isEqualTo(new GaussianPrior(0.3).forOutput());
        assertThat(out.getLikelihood()).isEqualTo(new ProbitLikelihood());
        assertThat(out.getSchedule().getDamping()).isEqualTo(0.5);
        assertThat(out.getPassCounter()).isEqualTo(new PassCounter(40, 0));
    }
}
