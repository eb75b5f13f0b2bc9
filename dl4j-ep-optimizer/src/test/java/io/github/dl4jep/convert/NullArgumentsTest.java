package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.ensemble.PosteriorEnsemble;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.network.EpSampler;
import io.github.dl4jep.samediff.EpSameDiff;
import io.github.dl4jep.samediff.ToySameDiff;
import io.github.dl4jep.spike.SpikingRun;
import io.github.dl4jep.store.EpCheckpoints;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyGraphs;
import io.github.dl4jep.toy.ToyNetworks;
import io.github.dl4jep.weight.GaussianPrior;
import java.io.File;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.zoo.InstantiableModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/** What is missing is named, and what to give. */
@SuppressWarnings("NullAway")
class NullArgumentsTest {

    private static final String NETWORK = "the network is null; give a MultiLayerNetwork or ComputationGraph";
    private static final String CONFIGURATION = "the configuration is null; give the definition of a network, such as"
            + " network.getLayerWiseConfigurations()";
    private static final String OPTIONS = "the options are null; give EpOptions.defaults(), or leave them out";
    private static final String ITERATOR = "the iterator is null; give one with the batches of a pass";
    private static final String DATA = "the data set is null; give one with features and labels";

    private final EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
    private final EpComputationGraph graph = EpNetworks.from(ToyGraphs.twoInputsTwoOutputs());

    private static void assertNull(String message, ThrowingCallable... calls) {
        for (ThrowingCallable call : calls) {
            assertThatThrownBy(call).isInstanceOf(NullPointerException.class).hasMessage(message);
        }
    }

    @Test
    void conversion() {
        assertNull(
                NETWORK,
                () -> EpNetworks.from((MultiLayerNetwork) null),
                () -> EpNetworks.from((ComputationGraph) null),
                () -> EpNetworks.from((Model) null, EpOptions.defaults()),
                () -> EpNetworks.withOutput((MultiLayerNetwork) null));
        assertNull(
                CONFIGURATION,
                () -> EpNetworks.from((MultiLayerConfiguration) null),
                () -> EpNetworks.from((ComputationGraphConfiguration) null),
                () -> EpNetworks.withOutput((MultiLayerConfiguration) null));
        assertNull(
                OPTIONS,
                () -> EpNetworks.from(ToyNetworks.classifier(), null),
                () -> EpNetworks.from(ToyGraphs.twoInputsTwoOutputs(), null),
                () -> EpNetworks.from(network, null),
                () -> EpNetworks.from(graph, null),
                () -> EpSameDiff.of(ToySameDiff.classifier(), null));
        assertNull(
                "the model is null; give a model of the zoo, such as LeNet.builder().build()",
                () -> EpNetworks.from((InstantiableModel) null));
        assertNull("the file is null; give one that network.save(file) has written", () -> EpNetworks.load(null));
        assertNull(
                "the class is null; give EpMultiLayerNetwork.class, or use load(file)",
                () -> EpNetworks.load(new File("x"), null));
    }

    @Test
    void options() {
        String prior =
                "the prior is null; give one such as new GaussianPrior(0.5), or leave the call out for the default";
        String activation = "the activation is null; give one such as new ActivationReLU(), or leave the call out";
        String layer =
                "the name of the layer is null; give its name in the definition, or layerN for the unnamed layer of"
                        + " index N";
        assertNull(
                prior,
                () -> EpOptions.builder().weightPrior(null),
                () -> EpOptions.builder().hiddenWeightPrior(null),
                () -> EpOptions.builder().outputWeightPrior(null),
                () -> EpOptions.builder().weightPrior("layer0", null));
        assertNull(
                activation,
                () -> EpOptions.builder().hiddenActivation(null),
                () -> EpOptions.builder().activation("layer0", null));
        assertNull(
                layer,
                () -> EpOptions.builder().weightPrior(null, new GaussianPrior(1)),
                () -> EpOptions.builder().activation(null, new ActivationReLU()));
        assertNull(
                "the likelihood is null; give one such as new GaussianLikelihood(), or leave the call out for that of the"
                        + " loss",
                () -> EpOptions.builder().likelihood(null));
        assertNull(
                "the kind is null; give one of MaxPoolingKind",
                () -> EpOptions.builder().maxPooling(null));
    }

    @Test
    void training(@TempDir Path folder) {
        EpCheckpoints checkpoints = EpCheckpoints.in(folder.toFile());
        assertNull(
                ITERATOR,
                () -> network.fit((DataSetIterator) null),
                () -> network.fit((MultiDataSetIterator) null),
                () -> graph.fit((DataSetIterator) null),
                () -> graph.fit((MultiDataSetIterator) null),
                () -> checkpoints.fit(network, (DataSetIterator) null, 1),
                () -> checkpoints.fit(network, (MultiDataSetIterator) null, 1),
                () -> EpSameDiff.of(ToySameDiff.classifier()).fit((DataSetIterator) null, 1),
                () -> EpSameDiff.of(ToySameDiff.classifier()).fit((MultiDataSetIterator) null, 1));
        assertNull(
                DATA,
                () -> network.fit((DataSet) null),
                () -> network.fit((MultiDataSet) null),
                () -> graph.fit((MultiDataSet) null),
                () -> network.score((DataSet) null),
                () -> network.scoreExamples((DataSet) null, false),
                () -> graph.score((MultiDataSet) null),
                () -> graph.scoreExamples((MultiDataSet) null, false));
        assertNull(
                "the classes are null; give the number of the class of each example, from 0",
                () -> network.fit(ToyData.normal(3, 1), (int[]) null));
        assertNull(
                "the graph is null; give a SameDiff graph with a TrainingConfig and a loss",
                () -> EpSameDiff.of(null),
                () -> EpSameDiff.train(null, ToyData.batches(ToyData.line(3, 1), 3), 1),
                () -> EpSameDiff.definition(null, 1),
                () -> EpSameDiff.momentGraph(null),
                () -> EpSameDiff.constantsToVariables(null));
        assertNull("the folder is null; give one for this training alone", () -> EpCheckpoints.in(null));
        assertNull(
                "the network is null; give a new one of the definition that is trained",
                () -> checkpoints.resume(null));
        assertNull(
                "the network is null; give the one to train",
                () -> checkpoints.fit(null, ToyData.batches(ToyData.line(3, 1), 3), 1));
        assertNull(
                "the file is null; give one to write the network to",
                () -> network.save((File) null),
                () -> graph.save((File) null));
    }

    @Test
    void predictions() {
        for (ThrowingCallable call : new ThrowingCallable[] {
            () -> network.output((INDArray) null),
            () -> network.predictor().predict((INDArray[]) null),
            () -> graph.predictor().predictAll((INDArray[]) null),
            () -> network.predictor().sample(null, 3)
        }) {
            assertThatThrownBy(call)
                    .isInstanceOf(DL4JInvalidInputException.class)
                    .hasMessage("The call has no features; give one array for each input");
        }
        assertThatThrownBy(() -> EpSameDiff.of(ToySameDiff.classifier()).predict((INDArray) null))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage("Features are missing; give one array for each of [input]");
        assertNull(
                "the features are null; give those of the next step, [minibatch, channels]",
                () -> network.rnnTimeStep((INDArray) null));
        assertNull(
                "the network is null; give the one to run",
                () -> SpikingRun.of((MultiLayerNetwork) null),
                () -> SpikingRun.of((ComputationGraph) null));
        assertNull(
                "the features are null; give one row for each example",
                () -> SpikingRun.of(network).output(null));
        assertNull("the networks are null; give the draws", () -> PosteriorEnsemble.of(null));
    }

    @Test
    void choices() {
        EpSampler sampler = new EpSampler(network, EpSampler.Acquisition.BALD, 1);
        assertNull(
                "the network is null; give the one that shall learn",
                () -> new EpSampler(null, EpSampler.Acquisition.BALD, 1));
        assertNull(
                "the acquisition is null; give one of ENTROPY, MARGIN, BALD, RANDOM",
                () -> new EpSampler(network, null, 1));
        assertNull("the features are null; give those of the pool", () -> sampler.choose((INDArray) null, 1));
        assertNull("the pool is null; give an iterator or an array", () -> sampler.choose((DataSetIterator) null, 1));
    }
}
