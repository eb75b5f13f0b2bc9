package io.github.dl4jep.stock;

import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.params.StockWeights;
import io.github.dl4jep.weight.WeightPosterior;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Which value of its posterior a weight has in a plain network. */
public enum StockChoice {
    /** The mean, or the mode of a discrete weight: the point network. */
    MODE {
        @Override
        StockWeights weights(PosteriorParamInitializer layout, Map<String, INDArray> parameters) {
            return layout.point(parameters);
        }

        @Override
        INDArray value(WeightPosterior posterior) {
            return posterior.mode();
        }
    },
    /** A draw, by ND4J's generator. */
    DRAW {
        @Override
        StockWeights weights(PosteriorParamInitializer layout, Map<String, INDArray> parameters) {
            return layout.sample(parameters);
        }

        @Override
        INDArray value(WeightPosterior posterior) {
            return posterior.sample();
        }
    };

    /** Weights and bias of a layer. */
    abstract StockWeights weights(PosteriorParamInitializer layout, Map<String, INDArray> parameters);

    /** A single array of weights. */
    abstract INDArray value(WeightPosterior posterior);
}
