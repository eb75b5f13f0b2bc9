package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.definition.Definition;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Local critic training: every layer with weights, with those without that follow, learns by Adam from the loss of a small critic on its
 * output, an output layer of the same kind as the network's. A critic learns to have the loss of the next critic, the last one that of the
 * network: it goes down the gradient of the squared difference of the two mean losses of the batch. No gradient passes from one
 * group of layers to another. Predictions are those of the network.
 *
 * <p>Source: H. Lee and J.-S. Lee 2021, "Local Critic Training for Model-Parallel Learning of Deep Neural Networks", arXiv:2102.01963;
 * critics of one layer.
 */
final class LocalCriticTrainer implements Trainer {
    @Override
    public String name() {
        return "local-critic";
    }

    @Override
    public OptionalDouble defaultRate(Task task) {
        return OptionalDouble.of(AdamTrainer.LEARNING_RATE);
    }

    @Override
    public TrainingSession start(TrainingJob job) {
        Adam updater = new Adam(rate(job));
        Definition definition = job.definition();
        MultiLayerConfiguration list = LayerChain.checked(name(), definition);
        BackPropagationSession.replaceUpdaters(definition, updater);
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("learningRate", updater.getLearningRate());
        options.put("critics", LayerChain.blocks(list).size() - 1);
        return new BlockSession(job, list, BlockSession.Learning.CRITICS, options);
    }
}
