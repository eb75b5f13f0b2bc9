package io.github.dl4jep.newlayer;

import io.github.dl4jep.conf.EpWeightedLayer;
import io.github.dl4jep.linear.WeightGroups;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.type.linear.WeightedType;
import io.github.dl4jep.vertex.LayerWeights;
import io.github.dl4jep.vertex.LinearMap;
import io.github.dl4jep.vertex.LinearVertex;
import java.util.Map;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** All that EP has to know of {@link PairLayer}. */
final class PairType extends WeightedType<PairLayer> {

    private static final int SEEN = 2;

    PairType() {
        super(PairLayer.class);
    }

    private static int pairs(EpWeightedLayer conf) {
        return Math.toIntExact(conf.getNIn() / SEEN);
    }

    @Override
    protected PosteriorParamInitializer parameters(PairLayer layer, EpWeightedLayer conf) {
        return layout(conf, conf.gain(), pairs(conf), SEEN, SEEN, conf.getNOut(), layer.hasBias());
    }

    @Override
    protected LinearMap map(
            PairLayer layer, EpWeightedLayer conf, Supplier<String> place, Supplier<Map<String, INDArray>> parameters) {
        return new LinearVertex(
                conf.getNIn(),
                null,
                new WeightGroups(pairs(conf)),
                new LayerWeights(place, parameters(layer, conf), parameters));
    }

    @Override
    protected boolean hasBias(PairLayer layer) {
        return layer.hasBias();
    }

    @Override
    protected INDArray arranged(INDArray weights, long[] shape) {
        INDArray all = Nd4j.zeros(weights.dataType(), shape);
        long unitsOfPair = shape[1] * SEEN / shape[0];
        for (long unit = 0; unit < shape[1]; unit++) {
            for (long seen = 0; seen < SEEN; seen++) {
                all.putScalar(unit / unitsOfPair * SEEN + seen, unit, weights.getDouble(seen, unit));
            }
        }
        return all;
    }
}
