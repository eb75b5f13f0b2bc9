package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.SequenceShape;
import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.definition.HiddenLayers;
import io.github.dl4jep.cli.definition.NetworkVariant;
import io.github.dl4jep.cli.definition.SameDiffGraph;
import io.github.dl4jep.cli.definition.WeightKinds;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.network.EpNetwork;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.inputs.InputType;

/** Expectation propagation with the options that need no tuning. */
public final class EpTrainer implements Trainer {
    @Override
    public String name() {
        return "ep";
    }

    @Override
    public boolean trainsSameDiff() {
        return true;
    }

    @Override
    public TrainingSession start(TrainingJob job) {
        return start(job, 0);
    }

    /**
     * The network in training, perhaps with zeros that move.
     *
     * @param job the definition, the training rows and the settings
     * @param zeros share of the weights of hidden layers that are zero from the start
     */
    static TrainingSession start(TrainingJob job, double zeros) {
        NetworkVariant variant = job.variant();
        EpOptions options = options(variant, zeros);
        Definition definition = variant.withUnits(job.definition());
        if (definition instanceof SameDiffGraph graph) {
            return SameDiffSession.ep(graph, job, options);
        }
        Map<String, Object> report = new LinkedHashMap<>(options.asMap());
        report.put("units", new HiddenLayers(definition).names());
        report.put("weights", variant.weights().toString());
        report.put("timeSteps", variant.timeSteps(definition));
        SequenceShape sequence = job.train().sequence();
        boolean everyStep = sequence != null && sequence.everyStep();
        return new EpSession(network(job, options), job.task(), everyStep, variant.timeSteps(definition), report);
    }

    private static EpOptions options(NetworkVariant variant, double zeros) {
        EpOptions.Builder options = EpOptions.builder().sparsity(zeros);
        WeightKinds kinds = variant.weights();
        // The prior of continuous weights depends on the layer and on the depth of the network.
        if (!kinds.hidden().equals(WeightKinds.GAUSSIAN)) {
            options.hiddenWeightPrior(kinds.hiddenPrior());
        }
        if (!kinds.output().equals(WeightKinds.GAUSSIAN)) {
            options.outputWeightPrior(kinds.outputPrior());
        }
        return options.build();
    }

    /**
     * Creates the network, without a session around it.
     *
     * @param job the definition, the training rows and the settings
     * @return the network, initialised
     * @throws UserException if the definition does not convert, or a batch does not fit into memory
     */
    public static EpNetwork network(TrainingJob job) {
        return network(job, options(job.variant(), 0));
    }

    private static EpNetwork network(TrainingJob job, EpOptions options) {
        NetworkVariant variant = job.variant();
        try {
            EpNetwork network = variant.withUnits(job.definition())
                    .map(layers -> EpNetworks.from(layers, options), graph -> EpNetworks.from(graph, options));
            MemoryCheck.require(network.memory(input(job)), job.batch());
            return network;
        } catch (UserException e) {
            throw e;
        } catch (RuntimeException e) {
            // Whatever a definition holds that DL4J accepts and cannot work with.
            throw new UserException("ep cannot train this network: " + oneLine(e) + ".", e);
        }
    }

    /** What one row looks like. */
    private static InputType input(TrainingJob job) {
        long[] shape = job.train().shape();
        if (job.train().sequence() != null) {
            return InputType.recurrent(shape[0], shape[1]);
        }
        return shape.length == 3
                ? InputType.convolutional(shape[1], shape[2], shape[0])
                : InputType.feedForward(shape[0]);
    }

    /** The converter lists all layers that do not convert, one a line. */
    private static String oneLine(RuntimeException failure) {
        if (failure.getMessage() == null) {
            return failure.getClass().getSimpleName();
        }
        String message = failure.getMessage().strip();
        return message.replace(":\n - ", ": ").replace("\n - ", "; ").replace('\n', ' ');
    }
}
