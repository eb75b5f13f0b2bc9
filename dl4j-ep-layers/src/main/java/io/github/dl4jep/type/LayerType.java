package io.github.dl4jep.type;

import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.params.PosteriorParamInitializer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * All that a DL4J layer type means to EP, in one place: how it converts, what it does with channels and scale, and how it becomes a
 * DL4J layer again. {@link LayerTypes} has one line for each.
 *
 * @param <L> the layer type
 */
public abstract class LayerType<L extends Layer> {

    private final Class<L> type;

    /**
     * What a type means.
     *
     * @param type the DL4J layer class; its subclasses are other types
     */
    protected LayerType(Class<L> type) {
        this.type = type;
    }

    /**
     * The DL4J layer class.
     *
     * @return the class, without subclasses
     */
    public final Class<L> type() {
        return type;
    }

    /**
     * Makes the EP layer.
     *
     * @param layer a layer of this type, not changed
     * @param place its place, and the options for it
     * @return the EP layer
     * @throws UnsupportedOperationException if it does not convert; the message says why
     */
    public abstract Layer convert(L layer, ConversionPlace place);

    /**
     * Where the layer has its channels.
     *
     * @param layer a layer of this type
     * @return null where it does not say so: the order of what it reads
     */
    public @Nullable ExampleFormat format(L layer) {
        return null;
    }

    /**
     * Whether the layer's activation has positions where its input has.
     *
     * @param layer a layer of this type
     * @return false if positions become columns
     */
    public boolean keepsPositions(L layer) {
        return true;
    }

    /**
     * Whether the columns of the layer's input are steps, with an index at each.
     *
     * @return true for embeddings of sequences
     */
    public boolean takesIndices() {
        return false;
    }

    /**
     * How many products with uncertain weights follow each other in the layer: what counts for the depth of a network.
     *
     * @return 0 for a layer without weights
     */
    public int linearMaps() {
        return 0;
    }

    /**
     * Whether the layer's weights can be those of a softmax and of its teacher, where a loss layer with labels follows directly.
     *
     * @param layer a layer of this type
     * @param labelDimensions dimensions of the positions that the labels have, 0 for one label an example
     * @return true where each label has one row of the layer's activation
     */
    public boolean canBeReadout(L layer, int labelDimensions) {
        return false;
    }

    /**
     * Whether the scale of the activations is that of the input.
     *
     * @return false for weights, pooling, normalization
     */
    public boolean keepsScale() {
        return false;
    }

    /**
     * Whether the activations are the largest elements of windows.
     *
     * @param layer a layer of this type
     * @return true for max pooling
     */
    public boolean isMaximum(L layer) {
        return false;
    }

    /**
     * Dimensions of the positions that labels have.
     *
     * @return 0 for one label an example
     */
    public int labelDimensions() {
        return 0;
    }

    /**
     * The DL4J layer that stands for an EP layer in a stock network.
     *
     * @param layer the layer of this type that the EP layer holds, not changed
     * @param runtime the initialised EP layer
     * @return a new layer
     */
    public Layer stock(L layer, org.deeplearning4j.nn.api.Layer runtime) {
        Layer copy = layer.clone();
        if (copy instanceof BaseLayer base) {
            base.setIUpdater(new NoOp());
        }
        return copy;
    }

    /**
     * Puts values into a layer of a stock network: weights, if there are any, and a bias, if it has one.
     *
     * @param to an initialised DL4J layer of this type
     * @param values arrays by the names of the posteriors
     */
    public void setStock(org.deeplearning4j.nn.api.Layer to, Map<String, INDArray> values) {
        INDArray weights = values.get(PosteriorParamInitializer.WEIGHT_PREFIX);
        if (weights != null) {
            long[] shape = to.getParam(DefaultParamInitializer.WEIGHT_KEY).shape();
            to.setParam(DefaultParamInitializer.WEIGHT_KEY, arranged(weights, shape));
        }
        setBias(to, values);
    }

    /**
     * The values of a layer of a stock network: the other direction of {@link #setStock}.
     *
     * @param from an initialised DL4J layer of this type; not changed
     * @param shapes shapes of EP's arrays, by the names of the posteriors
     * @return new arrays of these shapes, and what else the layer has learned
     * @throws IllegalArgumentException if an array of the layer has another size
     */
    public Map<String, INDArray> stockValues(org.deeplearning4j.nn.api.Layer from, Map<String, long[]> shapes) {
        Map<String, INDArray> values = new LinkedHashMap<>();
        long[] weights = shapes.get(PosteriorParamInitializer.WEIGHT_PREFIX);
        if (weights != null) {
            values.put(
                    PosteriorParamInitializer.WEIGHT_PREFIX,
                    StockArrays.arrangedBack(from, DefaultParamInitializer.WEIGHT_KEY, weights, this::arranged));
        }
        addBias(from, shapes, values);
        return values;
    }

    /**
     * Adds the bias of a layer of a stock network, if EP's layer has one.
     *
     * @param from an initialised DL4J layer
     * @param shapes shapes of EP's arrays, by the names of the posteriors
     * @param values arrays by the names of the posteriors, to which it is added
     */
    protected static void addBias(
            org.deeplearning4j.nn.api.Layer from, Map<String, long[]> shapes, Map<String, INDArray> values) {
        long[] shape = shapes.get(PosteriorParamInitializer.BIAS_PREFIX);
        if (shape != null) {
            values.put(
                    PosteriorParamInitializer.BIAS_PREFIX,
                    StockArrays.reshaped(from, DefaultParamInitializer.BIAS_KEY, shape));
        }
    }

    /**
     * Puts the bias into a layer of a stock network, if both have one.
     *
     * @param to an initialised DL4J layer
     * @param values arrays by the names of the posteriors
     */
    protected static void setBias(org.deeplearning4j.nn.api.Layer to, Map<String, INDArray> values) {
        INDArray bias = values.get(PosteriorParamInitializer.BIAS_PREFIX);
        INDArray place = to.paramTable().get(DefaultParamInitializer.BIAS_KEY);
        if (bias != null && place != null) {
            to.setParam(DefaultParamInitializer.BIAS_KEY, bias.reshape(place.shape()));
        }
    }

    /**
     * The weights as DL4J arranges them.
     *
     * @param weights EP's matrix
     * @param shape shape of DL4J's array
     * @return an array of that shape
     */
    protected INDArray arranged(INDArray weights, long[] shape) {
        return weights;
    }
}
