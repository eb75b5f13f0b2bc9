package io.github.dl4jep.likelihood;

import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.Moments;
import java.io.Serializable;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;

/**
 * How labels speak to the output potentials: everything that differs between losses.
 *
 * <p>A likelihood is an immutable value (it is part of the output layer's configuration and travels in DL4J's JSON); what it
 * learns, such as the noise, lives in parameters of the output layer, which are handed to every call.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS, include = JsonTypeInfo.As.PROPERTY, property = "@class")
public interface Likelihood extends Serializable {

    /**
     * Names and lengths of the learned parameters, in the order of the flat parameter vector.
     *
     * @param outputs number of outputs
     * @return length by name; each parameter is a row [1, length]
     */
    Map<String, Integer> parameterLengths(int outputs);

    /**
     * How many columns labels have: one for each output, unless an output says something else about a label, as its noise.
     *
     * @param outputs number of outputs
     * @return number of label columns
     * @throws IllegalArgumentException if there is no likelihood of so many outputs
     */
    default int labelColumns(int outputs) {
        return outputs;
    }

    /**
     * How many weights a loss has that weighs labels: one for each label column, unless a column says which of the weights counts.
     *
     * @param outputs number of outputs
     * @return number of weights
     */
    default int weightColumns(int outputs) {
        return labelColumns(outputs);
    }

    /**
     * The weights of labels.
     *
     * @param labels [rows, label columns]
     * @param weights the loss's, [1, weight columns], double
     * @return [rows, label columns] or [1, label columns]
     */
    default INDArray weightsOf(INDArray labels, INDArray weights) {
        return weights;
    }

    /**
     * Sets the learned parameters to where training starts.
     *
     * @param parameters views by name, changed in place
     */
    void initialise(Map<String, INDArray> parameters);

    /**
     * Sets the learned parameters for the potentials of a network that was trained by gradients, so that predictions of certain potentials
     * are those of that network.
     *
     * @param size typical size of its pre-activations, [1, outputs], positive; null where the potentials must be exactly these
     * @param parameters views by name, changed in place
     * @return what turns potentials into its pre-activations: potential = (pre-activation - offset) / factor
     */
    default PointScale startFromStock(@Nullable INDArray size, Map<String, INDArray> parameters) {
        return PointScale.of(1, 0);
    }

    /**
     * The likelihood of a second array of weights beside those of the potentials, whose only task is to teach the features. An output
     * layer with normal weights then has both arrays, and the potentials are the sum of both maps.
     *
     * @return the teacher, or null for none
     */
    default @Nullable Likelihood teacher() {
        return teacher(1);
    }

    /**
     * The teacher with targets of another size: where one array of weights, as of discrete ones, gives its potentials and those that it
     * teaches for.
     *
     * @param size what its targets are multiplied by, positive
     * @return the teacher, or null for none
     */
    default @Nullable Likelihood teacher(double size) {
        return null;
    }

    /**
     * Whether outputs that share features are solved for at once, together with their teacher's: {@link
     * io.github.dl4jep.solve.BatchSolve#isCoupled}.
     *
     * @param outputs number of outputs
     * @return false where each output is solved for by itself, the teacher's too
     */
    default boolean solvesOutputsAtOnce(int outputs) {
        return false;
    }

    /**
     * Share of the examples that the weights never learn from, so that what predictions use is fitted to examples that are new to the
     * network. Which ones is decided by what they hold.
     *
     * @return a share in [0, 1)
     */
    default double withheldShare() {
        return 0;
    }

    /**
     * How much weights, those of a teacher too, learn from each example of a batch.
     *
     * @param batch predictions and labels
     * @param parameters learned parameters by name, not changed
     * @return 0 to 1 for each row, or null for 1
     */
    default double @Nullable [] trust(OutputBatch batch, Map<String, INDArray> parameters) {
        return null;
    }

    /**
     * Labels at positions, as this likelihood takes them. Called before all else that is done with them.
     *
     * @param rows labels, [positions x minibatch, label columns], the minibatch fastest
     * @param shape label columns and positions of an example
     * @return the same, unless a label's meaning depends on its position; not changed in place
     */
    default INDArray placed(INDArray rows, ExampleShape shape) {
        return rows;
    }

    /**
     * Checks labels before anything is computed from them.
     *
     * @param labels finite labels, [minibatch, label columns]
     * @param importance weight of each entry, [minibatch, label columns]; entries of weight 0 are not checked
     * @throws InvalidLabelException if a row is not what this likelihood takes
     */
    void validate(INDArray labels, INDArray importance);

    /**
     * The same, where the number of outputs matters.
     *
     * @param labels finite labels, [minibatch, label columns]
     * @param importance weight of each entry
     * @param outputs number of outputs
     * @throws InvalidLabelException if a row is not what this likelihood takes
     */
    default void validate(INDArray labels, INDArray importance, int outputs) {
        validate(labels, importance);
    }

    /**
     * The joint message of the whole batch to the output potentials, and what is learned from it.
     *
     * @param batch predictions and labels
     * @param parameters learned parameters by name, not changed
     * @return the message, and statistics of the parameters that learn from this batch
     */
    Update update(OutputBatch batch, Map<String, INDArray> parameters);

    /**
     * What examples say that weights never learn from, about what predictions use.
     *
     * @param batch predictions, as {@link #predict} gets them, and labels
     * @param parameters learned parameters by name, not changed
     * @return statistics of the parameters that learn from them
     */
    default Map<String, Statistic> observeWithheld(OutputBatch batch, Map<String, INDArray> parameters) {
        return Map.of();
    }

    /**
     * What the examples of a batch of the first pass say while all of them are new, about what predictions use.
     *
     * @param batch as {@link #update} gets it; its trust is 0 for examples that weights never learn from
     * @param parameters learned parameters by name, not changed
     * @return statistics of the parameters that learn from them
     */
    default Map<String, Statistic> observeFresh(OutputBatch batch, Map<String, INDArray> parameters) {
        return Map.of();
    }

    /**
     * What a learned parameter becomes by a batch.
     *
     * @param parameter its name
     * @param current its value
     * @param statistic what the batch says about it: the sum of those that {@link #update} gave for its parts
     * @param phase where training stands
     * @return the next value, as many numbers; the current one if it is not learned in this phase
     */
    double[] learn(String parameter, double[] current, Statistic statistic, LearningPhase phase);

    /**
     * Negative log predictive likelihood of every example.
     *
     * @param batch predictions and labels
     * @param parameters learned parameters by name
     * @return nats per example, summed over outputs, [minibatch, 1], double
     */
    INDArray negativeLogLikelihood(OutputBatch batch, Map<String, INDArray> parameters);

    /**
     * The prediction from moments of the output potentials.
     *
     * @param potentials moments of the output potentials
     * @param parameters learned parameters by name
     * @return the prediction
     */
    Prediction predict(Moments potentials, Map<String, INDArray> parameters);

    /**
     * How {@link #predict} follows from the moments of the potentials, if elementary functions can say it: for those who write predictions
     * down elsewhere.
     *
     * @param parameters learned parameters by name
     * @return the form, or null if there is none
     */
    default @Nullable PredictiveForm predictiveForm(Map<String, INDArray> parameters) {
        return null;
    }

    /**
     * What a step is to lower, at means of potentials: where it is checked, what the joint solve expects of it and what became of it.
     *
     * @param batch labels, and potentials without variance
     * @param before means of the potentials before the step, [rows, outputs]
     * @param parameters learned parameters by name
     * @return nats of each row, [rows, 1]; unless overridden, the negative log predictive likelihood
     */
    default INDArray stepLoss(OutputBatch batch, INDArray before, Map<String, INDArray> parameters) {
        return negativeLogLikelihood(batch, parameters);
    }

    /**
     * Whether steps are long enough to be checked in networks that one step moves about as far as the joint solve expects. Those that go
     * from step to step of sequences are always checked.
     *
     * @param parameters learned parameters by name
     * @return true unless overridden
     */
    default boolean hasLongSteps(Map<String, INDArray> parameters) {
        return true;
    }

    /**
     * Factor and offset that turn output potentials into what a point network's output activation expects.
     *
     * @param parameters learned parameters by name
     * @return rows [1, outputs]
     */
    PointScale pointScale(Map<String, INDArray> parameters);

    /**
     * Result of {@link #update}.
     *
     * @param message message to the output potentials, [minibatch, outputs]
     * @param statistics what the batch says about learned parameters, by name; those that stay are left out
     * @param expected means of the potentials that the joint solve expects after the step, [minibatch, outputs], or null where steps are
     *     not checked
     */
    record Update(
            BackwardMessage message,
            Map<String, Statistic> statistics,
            @Nullable INDArray expected) {

        /**
         * A result of a step that is not checked.
         *
         * @param message message to the output potentials, [minibatch, outputs]
         * @param statistics what the batch says about learned parameters
         */
        public Update(BackwardMessage message, Map<String, Statistic> statistics) {
            this(message, statistics, null);
        }
    }

    /**
     * Result of {@link #pointScale}: pre-activation of the point network = factor * potential + offset.
     *
     * @param factor [1, outputs]
     * @param offset [1, outputs]
     */
    record PointScale(INDArray factor, INDArray offset) {

        /**
         * The same for all outputs; new arrays, which belong to the workspace that is open.
         *
         * @param factor factor of every potential
         * @param offset offset of every potential
         * @return both as arrays [1, 1]
         */
        public static PointScale of(double factor, double offset) {
            return new PointScale(
                    Nd4j.createFromArray(new double[][] {{factor}}), Nd4j.createFromArray(new double[][] {{offset}}));
        }

        /**
         * What the output activation of the point network gets.
         *
         * @param potentials [rows, outputs]
         * @return a new array of the same shape and type
         */
        public INDArray preActivation(INDArray potentials) {
            INDArray factors = factor.castTo(potentials.dataType());
            INDArray offsets = offset.castTo(potentials.dataType());
            return factors.length() == 1
                    ? potentials.mul(factors.getDouble(0)).addi(offsets.getDouble(0))
                    : potentials.mulRowVector(factors).addiRowVector(offsets);
        }
    }
}
