package io.github.dl4jep.density;

import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.learned.TrustRegion;
import io.github.dl4jep.likelihood.GaussianLikelihood;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.OutputBatch;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.UnitCovariance;
import io.github.dl4jep.unit.Unit;
import io.github.dl4jep.unit.UnitMoments;
import io.github.dl4jep.unit.Units;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A likelihood of labels around an activation's value, as the squared error after a sigmoid: the activation is a {@link Unit} like those of
 * hidden layers, whose moments and messages it has, and what it gives is the potential of another likelihood. Labels are not standardised,
 * because the activation fixes their units.
 */
public final class ActivatedLikelihood implements Likelihood {

    private static final long serialVersionUID = 1L;

    /** The output activation. */
    private final IActivation activation;
    /** The likelihood of labels around its value. */
    private final Likelihood likelihood;

    /** Made of the activation when it is first needed. */
    private transient @Nullable Unit unit;

    /**
     * A likelihood.
     *
     * @param activation an elementwise activation without parameters
     * @param likelihood of labels around its value
     * @throws UnsupportedOperationException if the activation is not elementwise or has parameters
     */
    @JsonCreator
    public ActivatedLikelihood(
            @JsonProperty("activation") IActivation activation, @JsonProperty("likelihood") Likelihood likelihood) {
        this.activation = activation;
        this.likelihood = likelihood;
        this.unit = Units.of(activation);
    }

    /**
     * The output activation.
     *
     * @return DL4J's activation
     */
    public IActivation getActivation() {
        return activation;
    }

    /**
     * The likelihood of labels around the activation's value.
     *
     * @return the likelihood
     */
    public Likelihood getLikelihood() {
        return likelihood;
    }

    private Unit unit() {
        if (unit == null) {
            unit = Units.of(activation);
        }
        return unit;
    }

    @Override
    public int labelColumns(int outputs) {
        return likelihood.labelColumns(outputs);
    }

    @Override
    public Map<String, Integer> parameterLengths(int outputs) {
        // The steps of an activation's values are not those of the potentials, so they are not checked.
        Map<String, Integer> lengths = new LinkedHashMap<>(likelihood.parameterLengths(outputs));
        lengths.remove(TrustRegion.NAME);
        return lengths;
    }

    @Override
    public void initialise(Map<String, INDArray> parameters) {
        likelihood.initialise(parameters);
        GaussianLikelihood.takeLabelsAsTheyAre(parameters);
    }

    @Override
    public double withheldShare() {
        return likelihood.withheldShare();
    }

    @Override
    public void validate(INDArray labels, INDArray importance) {
        likelihood.validate(labels, importance);
    }

    /** Moments of the activation, in double precision. */
    private UnitMoments activated(OutputBatch batch) {
        return unit().moments(
                        new Moments(batch.mean().dup('f'), batch.variance().dup('f')));
    }

    @Override
    public Update update(OutputBatch batch, Map<String, INDArray> parameters) {
        UnitMoments activated = activated(batch);
        DataType type = batch.forward().moments().mean().dataType();
        INDArray gain = activated.gain() == null
                ? Nd4j.ones(DataType.DOUBLE, batch.mean().shape())
                : activated.gain();
        OutputBatch after =
                batch.through(new ForwardMessage(cast(activated.moments(), type), covariance(batch, gain)), gain);
        Update update = likelihood.update(after, parameters);
        return new Update(update.message().through(gain.castTo(type)), update.statistics());
    }

    private static Moments cast(Moments moments, DataType type) {
        INDArray variance = moments.variance();
        return new Moments(moments.mean().castTo(type), variance == null ? null : variance.castTo(type));
    }

    /** K times the mean of D D'; where there are positions, the mean is over them, too. */
    private static BatchCovariance covariance(OutputBatch batch, INDArray gain) {
        BatchCovariance before = batch.forward().covariance();
        ExampleCovariance examples = before.examples();
        INDArray k = examples.columns();
        if (k == null) {
            return before;
        }
        INDArray byExample = gain.castTo(k.dataType()).dup('f').reshape('f', k.rows(), gain.length() / k.rows());
        BatchCovariance activated = new BatchCovariance(examples, byExample, before.positions());
        BatchCovariance collapsed = activated.collapsed();
        return before.preActivations() == null
                ? collapsed
                : BatchCovariance.of(collapsed.examples(), UnitCovariance.ofActivations(before.through(byExample)));
    }

    @Override
    public double[] learn(String parameter, double[] current, Statistic statistic, LearningPhase phase) {
        return likelihood.learn(parameter, current, statistic, phase);
    }

    @Override
    public INDArray negativeLogLikelihood(OutputBatch batch, Map<String, INDArray> parameters) {
        return likelihood.negativeLogLikelihood(observed(batch), parameters);
    }

    /** The batch at the activations, without what only an update needs. */
    private OutputBatch observed(OutputBatch batch) {
        return new OutputBatch(
                new ForwardMessage(activated(batch).moments(), BatchCovariance.none()),
                batch.labels(),
                batch.importance(),
                null);
    }

    @Override
    public Map<String, Statistic> observeFresh(OutputBatch batch, Map<String, INDArray> parameters) {
        return likelihood.observeFresh(observed(batch), parameters);
    }

    @Override
    public Map<String, Statistic> observeWithheld(OutputBatch batch, Map<String, INDArray> parameters) {
        return likelihood.observeWithheld(observed(batch), parameters);
    }

    @Override
    public Prediction predict(Moments potentials, Map<String, INDArray> parameters) {
        INDArray variance = potentials.variance();
        Moments copy = new Moments(potentials.mean().dup('f'), variance == null ? null : variance.dup('f'));
        return likelihood.predict(unit().moments(copy).moments(), parameters);
    }

    /** Potentials are those of the point network's activation. */
    @Override
    public PointScale pointScale(Map<String, INDArray> parameters) {
        return new PointScale(Nd4j.ones(DataType.DOUBLE, 1, 1), Nd4j.zeros(DataType.DOUBLE, 1, 1));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ActivatedLikelihood that
                && activation.equals(that.activation)
                && likelihood.equals(that.likelihood);
    }

    @Override
    public int hashCode() {
        return Objects.hash(activation, likelihood);
    }

    @Override
    public String toString() {
        return likelihood + " of " + activation;
    }
}
