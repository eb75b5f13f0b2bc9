package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpFrozenLayer;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.vertex.EpLayer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.jspecify.annotations.Nullable;

/** Runtime of {@link EpFrozenLayer}: another layer's, whose sites are dropped as soon as they are there. */
public final class FrozenRuntime extends BaseWrapperLayer implements EpLayer {

    private static final long serialVersionUID = 1L;

    /** The frozen layer's own configuration. */
    private final EpFrozenLayer conf;

    private final transient EpLayer layer;

    /**
     * A frozen runtime.
     *
     * @param conf the frozen layer's own configuration
     * @param underlying the runtime of the wrapped layer
     * @param layer the same object
     */
    public FrozenRuntime(EpFrozenLayer conf, Layer underlying, EpLayer layer) {
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

    @Override
    public ForwardMessage forward(ForwardMessage message) {
        return layer.forward(message);
    }

    @Override
    public @Nullable BackwardMessage backward(BackwardMessage message) {
        BackwardMessage toInput = layer.backward(message);
        layer.discard();
        return toInput;
    }

    @Override
    public void discard() {
        layer.discard();
    }

    @Override
    public Moments predict(Moments moments) {
        return layer.predict(moments);
    }

    @Override
    public Moments sample(Moments values) {
        return layer.sample(values);
    }

    @Override
    public String describe() {
        return layer.describe();
    }
}
