package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.definition.HiddenLayers;
import io.github.dl4jep.cli.definition.NetworkVariant;
import io.github.dl4jep.cli.definition.SameDiffGraph;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.convert.EpOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.inputs.InputType;

/** Expectation propagation with the options that need no tuning. */
final class EpTrainer implements Trainer {
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
        NetworkVariant variant = job.variant();
        Definition definition = variant.withUnits(job.definition());
        EpOptions options = EpOptions.builder()
                .hiddenWeightPrior(variant.weights().hiddenPrior())
                .outputWeightPrior(variant.weights().outputPrior())
                .build();
        if (definition instanceof SameDiffGraph graph) {
            return SameDiffSession.ep(graph, job, options);
        }
        Map<String, Object> report = new LinkedHashMap<>(options.asMap());
        report.put("units", new HiddenLayers(definition).names());
        report.put("weights", variant.weights().toString());
        report.put("timeSteps", variant.timeSteps(definition));
        try {
            EpModel network = EpModel.of(definition, options);
            MemoryCheck.require(network.memory(input(job)), job.batch());
            return new EpSession(network, job.task(), variant.timeSteps(definition), report);
        } catch (DL4JInvalidConfigException | UnsupportedOperationException e) {
            throw new UserException("ep cannot train this network: " + oneLine(e) + ".", e);
        }
    }

    /** What one row looks like. */
    private static InputType input(TrainingJob job) {
        long[] shape = job.train().getFeatures().shape();
        return shape.length == 4
                ? InputType.convolutional(shape[2], shape[3], shape[1])
                : InputType.feedForward(shape[1]);
    }

    /** The converter lists all layers that do not convert, one a line. */
    private static String oneLine(RuntimeException failure) {
        String message = String.valueOf(failure.getMessage()).strip();
        return message.replace(":\n - ", ": ").replace("\n - ", "; ").replace('\n', ' ');
    }
}
