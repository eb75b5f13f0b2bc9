package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.likelihood.ClassLikelihood;
import io.github.dl4jep.linear.WeightGroups;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.UnitCovariance;
import io.github.dl4jep.params.TeacherParameters;
import io.github.dl4jep.type.OutputPositions;
import io.github.dl4jep.vertex.Emphasis;
import io.github.dl4jep.vertex.LayerWeights;
import io.github.dl4jep.vertex.LinearVertex;
import io.github.dl4jep.vertex.OutputRows;
import io.github.dl4jep.vertex.Vertex;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/** Runtime of {@link EpOutputLayer}: linear factor, then likelihood. */
public final class OutputRuntime extends LabelledRuntime<EpOutputLayer> {

    private static final long serialVersionUID = 1L;
    private static final Emphasis.Factors EMPHASIS =
            new Emphasis.Factors(ClassLikelihood.EMPHASIS, 1, ClassLikelihood.EMPHASIS);

    private transient @Nullable LinearVertex linear;

    /**
     * A runtime without parameters yet.
     *
     * @param conf configuration that holds an {@link EpOutputLayer}
     * @param dataType data type of the network
     */
    public OutputRuntime(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public Vertex vertex() {
        return layerConf().effectiveLikelihood().teacher() == null
                ? linear()
                : new Emphasis(linear(), input -> EMPHASIS);
    }

    /** The map to the potentials. */
    private LinearVertex linear() {
        if (linear == null) {
            linear = linear(weights().readoutOfTeacher());
        }
        return linear;
    }

    private LayerWeights weights() {
        return new LayerWeights(this::describe, layerConf().initializer(), () -> params);
    }

    private LinearVertex linear(LayerWeights weights) {
        return new LinearVertex(layerConf().getNIn(), OutputPositions.windows(layerConf()), WeightGroups.NONE, weights);
    }

    @Override
    public @Nullable Teacher teacher() {
        TeacherParameters ofTeacher = layerConf().initializer().teacher();
        if (ofTeacher == null) {
            return null;
        }
        return new Teacher(
                new Emphasis(linear(weights()), this::crowding, !ofTeacher.shared()),
                likelihood(ofTeacher.likelihood(), () -> TeacherParameters.learned(params)));
    }

    /** Outputs that are solved for at once know how far they move the features; others move them as often as they share them. */
    private Emphasis.Factors crowding(BatchCovariance input) {
        double crowding =
                Emphasis.crowding(layerConf().initializer().weights(params).predictiveMean());
        boolean coupled = layerConf().effectiveLikelihood().solvesOutputsAtOnce(Math.toIntExact(outputs()))
                && OutputPositions.windows(layerConf()) == null
                && UnitCovariance.isKnownAfter(input);
        return coupled
                ? new Emphasis.Factors(1 / crowding, 1, 1 / crowding)
                : new Emphasis.Factors(crowding, crowding, 1 / crowding);
    }

    @Override
    OutputRows rows() {
        return OutputPositions.rows(layerConf());
    }

    @Override
    Moments potentials(Moments input) {
        return linear().point(input);
    }
}
