package io.github.dl4jep.engine;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.vertex.Sites;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The parts of a joint batch, in this process or in others. Each sends its examples through the graph and gives what arrives at the
 * likelihoods; what these say together goes back to each, and it gives sums over its examples. So the step is that of one process with the
 * whole batch. Asked in the order of the methods; {@link #pullChanges} and {@link #after} perhaps not at all.
 *
 * <p>Arrays of several parts are joined in the order of the batch, and sums are formed in this order, so that results do not depend on which
 * part was ready first.
 */
public interface BatchParts {

    /**
     * What arrives at the likelihoods.
     *
     * @param pending sites of an earlier sweep over the same batch, {@link Sites#NONE} in the first
     * @return of the whole batch
     */
    Forward forward(Sites pending);

    /**
     * What the examples say about the weights, given the messages of the last {@link #forward}.
     *
     * @param messages to the whole batch, by the number of the activation
     * @return sites of all examples together
     */
    Sites answer(Map<Integer, BackwardMessage> messages);

    /**
     * Changes of the negative log likelihood of withheld examples by a small pull of the prior on all means.
     *
     * @return one for each withheld example of the first output that has a label; none where the pull is not learned, or not from this batch
     */
    double[] pullChanges();

    /**
     * The size of the batch.
     *
     * @return number of examples of all parts
     */
    long examples();

    /**
     * The potentials after the step.
     *
     * @return those of the outputs whose steps are checked
     */
    After after();

    /**
     * What arrives at the likelihoods.
     *
     * @param potentials messages at the potentials, by the number of the activation
     * @param withheld which examples of each output are not learned from, with the labels of all
     * @param predictions potentials of the withheld examples of each output as predictions have them; null where there is none, and in later
     *     sweeps
     */
    record Forward(
            Map<Integer, ForwardMessage> potentials,
            List<WithheldExamples> withheld,
            List<@Nullable Moments> predictions) {

        /**
         * That of a joint batch.
         *
         * @param parts of each part its own examples, in the order of the batch
         * @return that of all examples
         */
        public static Forward joined(List<Forward> parts) {
            Forward first = parts.get(0);
            if (parts.size() == 1) {
                return first;
            }
            Map<Integer, ForwardMessage> potentials = new HashMap<>();
            first.potentials
                    .keySet()
                    .forEach(slot -> potentials.put(
                            slot,
                            ForwardMessage.joined(parts.stream()
                                    .map(part -> Objects.requireNonNull(part.potentials.get(slot)))
                                    .toList())));
            List<WithheldExamples> withheld = new ArrayList<>();
            List<@Nullable Moments> predictions = new ArrayList<>();
            for (int i = 0; i < first.withheld.size(); i++) {
                int output = i;
                withheld.add(WithheldExamples.joined(
                        parts.stream().map(part -> part.withheld.get(output)).toList()));
                List<Moments> some = new ArrayList<>();
                for (Forward part : parts) {
                    Moments prediction = part.predictions.get(i);
                    if (prediction != null) {
                        some.add(prediction);
                    }
                }
                predictions.add(some.isEmpty() ? null : Moments.joined(some));
            }
            return new Forward(potentials, withheld, predictions);
        }
    }

    /**
     * The potentials after a step, by output.
     *
     * @param means after it
     * @param ofOldFeatures by the new weights of the output's layer from the features as they were
     */
    record After(Map<Integer, INDArray> means, Map<Integer, INDArray> ofOldFeatures) {

        /**
         * Those of a joint batch.
         *
         * @param parts of each part its own examples, in the order of the batch
         * @return those of all examples
         */
        public static After joined(List<After> parts) {
            return parts.size() == 1
                    ? parts.get(0)
                    : new After(
                            below(parts.stream().map(After::means).toList()),
                            below(parts.stream().map(After::ofOldFeatures).toList()));
        }

        private static Map<Integer, INDArray> below(List<Map<Integer, INDArray>> parts) {
            Map<Integer, INDArray> all = new HashMap<>();
            parts.get(0)
                    .keySet()
                    .forEach(output -> all.put(
                            output,
                            Nd4j.concat(
                                    0,
                                    parts.stream()
                                            .map(part -> Objects.requireNonNull(part.get(output)))
                                            .toArray(INDArray[]::new))));
            return all;
        }
    }
}
