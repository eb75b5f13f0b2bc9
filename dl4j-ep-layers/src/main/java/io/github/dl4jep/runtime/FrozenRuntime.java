package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpFrozenLayer;
import io.github.dl4jep.vertex.Vertex;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;

/** Runtime of {@link EpFrozenLayer}: another layer's, whose sites are dropped. */
public final class FrozenRuntime extends BaseWrapperLayer implements EpRuntime {

    private static final long serialVersionUID = 1L;

    /** The frozen layer's own configuration. */
    private final EpFrozenLayer conf;

    private final transient EpRuntime layer;

    /**
     * A frozen runtime.
     *
     * @param conf the frozen layer's own configuration
     * @param underlying the runtime of the wrapped layer
     * @param layer the same object
     */
    public FrozenRuntime(EpFrozenLayer conf, Layer underlying, EpRuntime layer) {
        super(underlying);
        this.conf = conf;
        this.layer = layer;
    }

    /**
     * The frozen layer's own configuration; {@link #conf()} is, as in DL4J, that of the wrapped layer.
     *
     * @return the configuration
     */
    public EpFrozenLayer frozenConf() {
        return conf;
    }

    /** The runtime of the wrapped layer. */
    EpRuntime unfrozen() {
        return layer;
    }

    @Override
    public Vertex vertex() {
        return layer.vertex();
    }

    @Override
    public boolean isFrozen() {
        return true;
    }
}
