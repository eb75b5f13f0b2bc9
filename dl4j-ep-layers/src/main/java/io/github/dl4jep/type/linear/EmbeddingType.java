package io.github.dl4jep.type.linear;

import io.github.dl4jep.conf.EpWeightedLayer;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.vertex.LayerWeights;
import io.github.dl4jep.vertex.LinearMap;
import io.github.dl4jep.vertex.LinearVertex;
import io.github.dl4jep.vertex.OneHotMap;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A row of the weights for each index. */
public final class EmbeddingType extends WeightedType<EmbeddingLayer> {

    /** The only one. */
    public EmbeddingType() {
        super(EmbeddingLayer.class);
    }

    @Override
    protected PosteriorParamInitializer parameters(EmbeddingLayer layer, EpWeightedLayer conf) {
        // A unit sees one weight at a time.
        return layout(conf, conf.gain(), 1, conf.getNIn(), 1, conf.getNOut(), layer.hasBias());
    }

    @Override
    protected LinearMap map(
            EmbeddingLayer layer,
            EpWeightedLayer conf,
            Supplier<String> place,
            Supplier<Map<String, INDArray>> parameters) {
        LinearVertex rows =
                new LinearVertex(conf.getNIn(), new LayerWeights(place, parameters(layer, conf), parameters));
        return new OneHotMap(rows, Math.toIntExact(conf.getNIn()), place);
    }

    @Override
    protected boolean hasBias(EmbeddingLayer layer) {
        return layer.hasBias();
    }
}
