package io.github.dl4jep.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * DL4J's ParallelWrapper copies networks as plain ones: an error, and never a gradient. Its first worker trains the network itself,
 * which may have learned from one batch when the others fail.
 */
class ParallelWrapperTest {

    @ParameterizedTest
    @EnumSource(
            value = ParallelWrapper.TrainingMode.class,
            names = {"AVERAGING", "SHARED_GRADIENTS"})
    void itRefusesByName(ParallelWrapper.TrainingMode mode) {
        EpMultiLayerNetwork network = EpNetworks.from(Flowers.layers());
        EpMultiLayerNetwork one = network.clone();
        INDArray before = network.params().dup();
        one.fit(Flowers.batches(Flowers.data(120, 1)).next());
        ParallelWrapper wrapper = new ParallelWrapper.Builder<>(network)
                .workers(2)
                .trainingMode(mode)
                .build();

        assertThatThrownBy(() -> wrapper.fit(Flowers.batches(Flowers.data(120, 1))))
                .hasStackTraceContaining("An EP layer has no gradient")
                .hasStackTraceContaining("ParallelWrapper and the training masters of DL4J copy networks so, too");
        assertThat(network.params()).isIn(before, one.params());
    }

    @Test
    void graphsAreRefusedAlike() {
        EpComputationGraph graph = EpNetworks.from(Flowers.graph());
        EpComputationGraph one = graph.clone();
        INDArray before = graph.params().dup();
        one.fit(Flowers.batches(Flowers.data(120, 1)).next());
        ParallelWrapper wrapper =
                new ParallelWrapper.Builder<>(graph).workers(2).build();

        assertThatThrownBy(() -> wrapper.fit(Flowers.batches(Flowers.data(120, 1))))
                .hasStackTraceContaining("An EP layer has no gradient");
        assertThat(graph.params()).isIn(before, one.params());
    }
}
