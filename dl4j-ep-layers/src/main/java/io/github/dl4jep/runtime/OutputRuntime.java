package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.linear.WeightGroups;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.params.TeacherParameters;
import io.github.dl4jep.type.OutputPositions;
import io.github.dl4jep.vertex.LayerWeights;
import io.github.dl4jep.vertex.LinearMap;
import io.github.dl4jep.vertex.LinearVertex;
import io.github.dl4jep.vertex.OutputRows;
import io.github.dl4jep.vertex.Vertex;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/** Runtime of {@link EpOutputLayer}: linear factor, then likelihood. */
public final class OutputRuntime extends LabelledRuntime<EpOutputLayer> {

    private static final long serialVersionUID = 1L;

    private transient @Nullable LinearMap linear;

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
        return layerConf().effectiveLikelihood().teacher() == null ? linear() : ReadoutMaps.emphasised(linear());
    }

    /** The map to the potentials. */
    private LinearMap linear() {
        if (linear == null) {
            linear = maps().potentials();
        }
        return linear;
    }

    private ReadoutMaps maps() {
        return new ReadoutMaps(
                new LayerWeights(this::describe, layerConf().initializer(), () -> params),
                weights -> new LinearVertex(
                        layerConf().getNIn(), OutputPositions.windows(layerConf()), WeightGroups.NONE, weights));
    }

    @Override
    public @Nullable Teacher teacher() {
        TeacherParameters ofTeacher = layerConf().initializer().teacher();
        return ofTeacher == null ? null : teacher(maps(), ofTeacher);
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
