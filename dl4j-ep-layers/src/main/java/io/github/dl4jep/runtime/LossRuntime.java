package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpLossLayer;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.type.OutputPositions;
import io.github.dl4jep.unit.IdentityUnit;
import io.github.dl4jep.vertex.OutputRows;
import io.github.dl4jep.vertex.UnitVertex;
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

    @Override
    OutputRows rows() {
        return OutputPositions.rows(layerConf());
    }

    @Override
    Moments potentials(Moments input) {
        return input;
    }
}
