package io.github.dl4jep.type.linear;

import io.github.dl4jep.conf.EpWeightedLayer;
import io.github.dl4jep.linear.WeightGroups;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.vertex.LayerWeights;
import io.github.dl4jep.vertex.LinearMap;
import io.github.dl4jep.vertex.LinearVertex;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A weight for each column. */
public final class ElementWiseType extends WeightedType<ElementWiseMultiplicationLayer> {

    /** The only one. */
    public ElementWiseType() {
        super(ElementWiseMultiplicationLayer.class);
    }

    private static int columns(EpWeightedLayer conf) {
        return Math.max(1, Math.toIntExact(conf.getNIn()));
    }

    @Override
    protected PosteriorParamInitializer parameters(ElementWiseMultiplicationLayer layer, EpWeightedLayer conf) {
        return layout(conf, conf.gain(), columns(conf), 1, 1, conf.getNOut(), true);
    }

    @Override
    protected LinearMap map(
            ElementWiseMultiplicationLayer layer,
            EpWeightedLayer conf,
            Supplier<String> place,
            Supplier<Map<String, INDArray>> parameters) {
        return new LinearVertex(
                conf.getNIn(),
                null,
                new WeightGroups(columns(conf)),
                new LayerWeights(place, parameters(layer, conf), parameters));
    }

    @Override
    protected boolean hasBias(ElementWiseMultiplicationLayer layer) {
        return true;
    }
}
