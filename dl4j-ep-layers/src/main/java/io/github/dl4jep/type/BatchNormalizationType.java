package io.github.dl4jep.type;

import io.github.dl4jep.conf.EpBatchNormalization;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.params.NormalizationParamInitializer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Batch normalization. */
final class BatchNormalizationType extends LayerType<BatchNormalization> {

    BatchNormalizationType() {
        super(BatchNormalization.class);
    }

    @Override
    public Layer convert(BatchNormalization layer, ConversionPlace place) {
        place.dropGradientSettings(layer);
        return new EpBatchNormalization(layer.clone());
    }

    @Override
    public ExampleFormat format(BatchNormalization layer) {
        return DataFormats.of(layer.getCnn2DFormat());
    }

    @Override
    public void setStock(org.deeplearning4j.nn.api.Layer to, Map<String, INDArray> values) {
        setRow(to, BatchNormalizationParamInitializer.GAMMA, values.get(NormalizationParamInitializer.SCALE_PREFIX));
        setRow(to, BatchNormalizationParamInitializer.BETA, values.get(NormalizationParamInitializer.SHIFT_PREFIX));
        setRow(to, BatchNormalizationParamInitializer.GLOBAL_MEAN, values.get(NormalizationParamInitializer.MEAN));
        INDArray variance = Parameters.get(values, NormalizationParamInitializer.VARIANCE);
        if (to.paramTable().containsKey(BatchNormalizationParamInitializer.GLOBAL_LOG_STD)) {
            INDArray logDeviation = Transforms.log(variance, 10, true).muli(0.5);
            setRow(to, BatchNormalizationParamInitializer.GLOBAL_LOG_STD, logDeviation);
        } else {
            setRow(to, BatchNormalizationParamInitializer.GLOBAL_VAR, variance);
        }
    }

    /** Null for a scale or shift that is locked. */
    private static void setRow(org.deeplearning4j.nn.api.Layer to, String name, @Nullable INDArray value) {
        if (value != null) {
            to.setParam(name, value.reshape(to.getParam(name).shape()));
        }
    }

    @Override
    public Map<String, INDArray> stockValues(org.deeplearning4j.nn.api.Layer from, Map<String, long[]> shapes) {
        Map<String, INDArray> values = new LinkedHashMap<>();
        long channels = ((BatchNormalization) from.conf().getLayer()).getNOut();
        if (shapes.containsKey(NormalizationParamInitializer.SCALE_PREFIX)) {
            values.put(
                    NormalizationParamInitializer.SCALE_PREFIX,
                    StockArrays.reshaped(from, BatchNormalizationParamInitializer.GAMMA, 1, channels));
            values.put(
                    NormalizationParamInitializer.SHIFT_PREFIX,
                    StockArrays.reshaped(from, BatchNormalizationParamInitializer.BETA, 1, channels));
        }
        values.put(
                NormalizationParamInitializer.MEAN,
                StockArrays.reshaped(from, BatchNormalizationParamInitializer.GLOBAL_MEAN, 1, channels));
        boolean logarithm = from.paramTable().containsKey(BatchNormalizationParamInitializer.GLOBAL_LOG_STD);
        INDArray variance = StockArrays.reshaped(
                from,
                logarithm
                        ? BatchNormalizationParamInitializer.GLOBAL_LOG_STD
                        : BatchNormalizationParamInitializer.GLOBAL_VAR,
                1,
                channels);
        values.put(
                NormalizationParamInitializer.VARIANCE,
                logarithm ? Transforms.exp(variance.muli(2 * Math.log(10)), false) : variance);
        return values;
    }
}
