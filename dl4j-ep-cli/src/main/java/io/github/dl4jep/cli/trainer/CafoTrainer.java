package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.failure.UserException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.nd4j.linalg.learning.config.Adam;

/**
 * The cascaded forward algorithm: every layer with weights, with those without that follow, is a block whose output a predictor of its
 * own reads; the predictions of all blocks are added up. The network's output layer gives the predictors their kind, and is otherwise not used.
 *
 * <ul>
 *   <li>{@code cafo}: blocks keep their initial weights; predictors are ridge regressions to the one-hot labels, in closed form from the
 *       first pass. Further passes have nothing to add. Penalties and the weight of each predictor in the sum are found on training rows that
 *       are each predicted without themselves; in the paper there is no penalty, and all weights are 1.
 *   <li>{@code cafo:ce}: blocks keep their initial weights; predictors learn by Adam from the network's loss, the cross-entropy of classes.
 *   <li>{@code cafo:local}: block and predictor learn together by Adam from that loss, and no gradient leaves the block.
 * </ul>
 *
 * <p>Source: G. Zhao, T. Wang, Y. Li, Y. Jin, C. Lang and H. Ling 2023, "The Cascaded Forward Algorithm for Neural Network Training",
 * arXiv:2303.09728; its trained blocks learn by direct feedback alignment, those of {@code cafo:local} by their predictor's gradient.
 *
 * @param predictor how blocks and predictors learn
 */
record CafoTrainer(Predictor predictor) implements Trainer {
    private static final String NAME = "cafo";

    /** Ways of learning. */
    enum Predictor {
        RIDGE,
        CE,
        LOCAL
    }

    /** In closed form. */
    CafoTrainer() {
        this(Predictor.RIDGE);
    }

    @Override
    public String name() {
        return predictor == Predictor.RIDGE ? NAME : NAME + ":" + word(predictor);
    }

    private static String word(Predictor predictor) {
        return predictor.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public Trainer with(String value) {
        for (Predictor known : Predictor.values()) {
            if (word(known).equals(value)) {
                return new CafoTrainer(known);
            }
        }
        throw new UserException("--trainers cafo:" + value + ": \"" + value
                + "\" is no kind of predictor: there are ridge, ce and local.");
    }

    @Override
    public OptionalDouble defaultRate(Task task) {
        return predictor == Predictor.RIDGE ? OptionalDouble.empty() : OptionalDouble.of(AdamTrainer.LEARNING_RATE);
    }

    @Override
    public TrainingSession start(TrainingJob job) {
        Definition definition = job.definition();
        MultiLayerConfiguration list = LayerChain.checked(NAME, definition);
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("predictor", word(predictor));
        options.put("blocks", LayerChain.blocks(list).size());
        if (predictor == Predictor.RIDGE) {
            return new RidgeSession(job, definition, list, options);
        }
        Adam updater = new Adam(rate(job));
        BackPropagationSession.replaceUpdaters(definition, updater);
        options.put("learningRate", updater.getLearningRate());
        return new BlockSession(
                job,
                list,
                predictor == Predictor.CE ? BlockSession.Learning.RANDOM_BLOCKS : BlockSession.Learning.LOCAL,
                options);
    }
}
