package io.github.dl4jep.params;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The layout of learned slopes, [1, slopes]: one array of weights that are no sums over inputs and all start at one value. */
public final class SlopeParamInitializer implements PosteriorLayout {

    private final PosteriorParamInitializer array;
    private final double start;

    /**
     * The layout of slopes.
     *
     * @param array one array of weights [1, slopes], no bias
     * @param start mean of each at the start
     */
    public SlopeParamInitializer(PosteriorParamInitializer array, double start) {
        this.array = array;
        this.start = start;
    }

    @Override
    public List<NamedPosterior> posteriors(Map<String, INDArray> parameters) {
        return array.posteriors(parameters).stream()
                .map(of -> new NamedPosterior(
                        of.name(), NamedPosterior.Role.SCALE, of.prior(), of.posterior(), of.parameters()))
                .toList();
    }

    @Override
    public Map<String, INDArray> modes(Map<String, INDArray> parameters) {
        return array.modes(parameters);
    }

    @Override
    public Map<String, INDArray> draws(Map<String, INDArray> parameters) {
        return array.draws(parameters);
    }

    @Override
    public Map<String, INDArray> init(NeuralNetConfiguration conf, INDArray paramsView, boolean initializeParams) {
        Map<String, INDArray> parameters = array.init(conf, paramsView, initializeParams);
        if (initializeParams) {
            posteriors(parameters).forEach(of -> of.posterior().startAt(Nd4j.valueArrayOf(of.shape(), start)));
        }
        return parameters;
    }

    @Override
    public long numParams(NeuralNetConfiguration conf) {
        return array.numParams(conf);
    }

    @Override
    public long numParams(Layer layer) {
        return array.numParams(layer);
    }

    @Override
    public List<String> paramKeys(Layer layer) {
        return array.paramKeys(layer);
    }

    @Override
    public List<String> weightKeys(Layer layer) {
        return array.weightKeys(layer);
    }

    @Override
    public List<String> biasKeys(Layer layer) {
        return array.biasKeys(layer);
    }

    @Override
    public boolean isWeightParam(Layer layer, String key) {
        return array.isWeightParam(layer, key);
    }

    @Override
    public boolean isBiasParam(Layer layer, String key) {
        return array.isBiasParam(layer, key);
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray gradientView) {
        return array.getGradientsFromFlattened(conf, gradientView);
    }
}
