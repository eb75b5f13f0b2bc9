package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpLossLayer;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.params.TeacherParameters;
import io.github.dl4jep.type.OutputPositions;
import io.github.dl4jep.unit.IdentityUnit;
import io.github.dl4jep.vertex.OutputRows;
import io.github.dl4jep.vertex.UnitVertex;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/** Runtime of {@link EpLossLayer}: a likelihood without weights. */
public final class LossRuntime extends LabelledRuntime<EpLossLayer> {

    private static final long serialVersionUID = 1L;

    private transient @Nullable UnitVertex vertex;

    /**
     * A runtime without parameters yet.
     *
     * @param conf configuration that holds an {@link EpLossLayer}
     * @param dataType data type of the network
     */
    public LossRuntime(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    /** Hands its input on. */
    @Override
    public UnitVertex vertex() {
        if (vertex == null) {
            vertex = new UnitVertex(new IdentityUnit(), this::describe);
        }
        return vertex;
    }

    /** Null, or throws: the weights of its teacher are those of the layer before. */
    @Override
    public @Nullable Teacher teacher() {
        if (layerConf().isTaught()) {
            throw withoutWeights();
        }
        return null;
    }

    @Override
    public @Nullable Teacher teacherBehind(EpRuntime before) {
        TeacherParameters ofTeacher = layerConf().initializer().teacher();
        if (ofTeacher == null) {
            return null;
        }
        EpRuntime weights = before instanceof FrozenRuntime frozen ? frozen.unfrozen() : before;
        ReadoutMaps maps = weights instanceof LinearUnitRuntime<?> linear ? linear.maps() : null;
        if (maps == null || !maps.areTwo()) {
            throw withoutWeights();
        }
        return teacher(maps, ofTeacher);
    }

    private DL4JInvalidConfigException withoutWeights() {
        return new DL4JInvalidConfigException(
                "The likelihood " + layerConf().effectiveLikelihood() + " at " + describe()
                        + " has a teacher, which needs two arrays of weights in the layer directly before, but they are not there;"
                        + " convert the definition again with EpNetworks.from(...)");
    }

    @Override
    OutputRows rows() {
        return OutputPositions.rows(layerConf());
    }

    @Override
    Moments potentials(Moments input) {
        return input;
    }
}
