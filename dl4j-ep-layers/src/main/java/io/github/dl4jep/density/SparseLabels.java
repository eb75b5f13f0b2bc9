package io.github.dl4jep.density;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.likelihood.InvalidLabelException;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.OutputBatch;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.likelihood.PredictiveForm;
import io.github.dl4jep.message.Moments;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** A likelihood of classes whose labels are the numbers of the classes, in one column, as DL4J's sparse cross-entropy has them. */
public final class SparseLabels implements Likelihood {

    private static final long serialVersionUID = 1L;

    /** The likelihood of one-hot labels. */
    private final Likelihood likelihood;

    /**
     * A likelihood.
     *
     * @param likelihood of one-hot labels
     */
    @JsonCreator
    public SparseLabels(@JsonProperty("likelihood") Likelihood likelihood) {
        this.likelihood = likelihood;
    }

    /**
     * The likelihood of one-hot labels.
     *
     * @return the likelihood
     */
    public Likelihood getLikelihood() {
        return likelihood;
    }

    @Override
    public int labelColumns(int outputs) {
        return 1;
    }

    @Override
    public int weightColumns(int outputs) {
        return outputs;
    }

    /** The weight of the class that a label is; 1 for a label that is no class, which {@link #validate} refuses or a mask hides. */
    @Override
    public INDArray weightsOf(INDArray labels, INDArray weights) {
        double[] classes = Rows.columns(labels);
        double[] ofLabels = new double[classes.length];
        for (int n = 0; n < classes.length; n++) {
            ofLabels[n] = isClass(classes[n], weights.length()) ? weights.getDouble((long) classes[n]) : 1;
        }
        return Rows.matrix(ofLabels, classes.length, 1);
    }

    private static boolean isClass(double label, long outputs) {
        return label >= 0 && label < outputs && label == Math.rint(label);
    }

    @Override
    public Map<String, Integer> parameterLengths(int outputs) {
        return likelihood.parameterLengths(outputs);
    }

    @Override
    public void initialise(Map<String, INDArray> parameters) {
        likelihood.initialise(parameters);
    }

    @Override
    public PointScale startFromStock(@Nullable INDArray size, Map<String, INDArray> parameters) {
        return likelihood.startFromStock(size, parameters);
    }

    @Override
    public @Nullable Likelihood teacher(double size) {
        Likelihood teacher = likelihood.teacher(size);
        return teacher == null ? null : new SparseLabels(teacher);
    }

    @Override
    public double withheldShare() {
        return likelihood.withheldShare();
    }

    @Override
    public void validate(INDArray labels, INDArray importance, int outputs) {
        double[] classes = Rows.columns(labels);
        double[] weights = Rows.columns(importance);
        for (int n = 0; n < classes.length; n++) {
            if (weights[n] > 0 && !isClass(classes[n], outputs)) {
                throw new InvalidLabelException("label at row " + n + " is " + classes[n]
                        + "; allowed are the numbers of the classes, 0 to " + (outputs - 1)
                        + ". For one-hot labels use the cross-entropy loss (MCXENT)");
            }
        }
    }

    @Override
    public void validate(INDArray labels, INDArray importance) {
        validate(labels, importance, Integer.MAX_VALUE);
    }

    /** The same batch with one-hot labels. */
    private static OutputBatch oneHot(OutputBatch batch) {
        int outputs = batch.mean().columns();
        double[] classes = Rows.columns(batch.doubleLabels());
        double[] importance = Rows.columns(batch.importanceOrOnes());
        double[] labels = new double[classes.length * outputs];
        double[] weights = new double[labels.length];
        for (int n = 0; n < classes.length; n++) {
            for (int c = 0; c < outputs; c++) {
                labels[c * classes.length + n] = classes[n] == c ? 1 : 0;
                weights[c * classes.length + n] = importance[n];
            }
        }
        DataType type = batch.labels().dataType();
        return batch.withLabels(
                Rows.matrix(labels, classes.length, outputs, type.isFPType() ? type : DataType.FLOAT),
                Rows.matrix(weights, classes.length, outputs));
    }

    @Override
    public Update update(OutputBatch batch, Map<String, INDArray> parameters) {
        return likelihood.update(oneHot(batch), parameters);
    }

    @Override
    public double @Nullable [] trust(OutputBatch batch, Map<String, INDArray> parameters) {
        return likelihood.trust(oneHot(batch), parameters);
    }

    @Override
    public Map<String, Statistic> observeFresh(OutputBatch batch, Map<String, INDArray> parameters) {
        return likelihood.observeFresh(oneHot(batch), parameters);
    }

    @Override
    public Map<String, Statistic> observeWithheld(OutputBatch batch, Map<String, INDArray> parameters) {
        return likelihood.observeWithheld(oneHot(batch), parameters);
    }

    @Override
    public double[] learn(String parameter, double[] current, Statistic statistic, LearningPhase phase) {
        return likelihood.learn(parameter, current, statistic, phase);
    }

    @Override
    public INDArray negativeLogLikelihood(OutputBatch batch, Map<String, INDArray> parameters) {
        return likelihood.negativeLogLikelihood(oneHot(batch), parameters);
    }

    @Override
    public Prediction predict(Moments potentials, Map<String, INDArray> parameters) {
        return likelihood.predict(potentials, parameters);
    }

    @Override
    public @Nullable PredictiveForm predictiveForm(Map<String, INDArray> parameters) {
        return likelihood.predictiveForm(parameters);
    }

    @Override
    public PointScale pointScale(Map<String, INDArray> parameters) {
        return likelihood.pointScale(parameters);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SparseLabels that && likelihood.equals(that.likelihood);
    }

    @Override
    public int hashCode() {
        return 31 * likelihood.hashCode() + 1;
    }

    @Override
    public String toString() {
        return likelihood + " of class numbers";
    }
}
