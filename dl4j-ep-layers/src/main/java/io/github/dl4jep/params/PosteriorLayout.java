package io.github.dl4jep.params;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Where the posteriors of a layer are in its parameters, and which values a layer of DL4J takes from them. */
public interface PosteriorLayout extends ParamInitializer {

    /**
     * The posteriors of a layer.
     *
     * @param parameters the layer's parameter table
     * @return views, in the order of the parameters
     */
    List<NamedPosterior> posteriors(Map<String, INDArray> parameters);

    /**
     * The values of the point network.
     *
     * @param parameters the layer's parameter table
     * @return new arrays by the names of the posteriors, and what else the DL4J layer has learned
     */
    Map<String, INDArray> modes(Map<String, INDArray> parameters);

    /**
     * One draw of all values, by ND4J's generator.
     *
     * @param parameters the layer's parameter table
     * @return new arrays by the names of the posteriors, and what else the DL4J layer has learned
     */
    Map<String, INDArray> draws(Map<String, INDArray> parameters);

    /**
     * The posteriors of an initialised layer.
     *
     * @param layer a layer, frozen or not
     * @return views; empty where the layer has none
     */
    static List<NamedPosterior> of(Layer layer) {
        return layer.conf().getLayer().initializer() instanceof PosteriorLayout layout
                ? layout.posteriors(layer.paramTable())
                : List.of();
    }
}
