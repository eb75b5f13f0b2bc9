package io.github.dl4jep.type;

import io.github.dl4jep.map.FixedMap;
import io.github.dl4jep.map.MaskedPooling;
import io.github.dl4jep.map.MaskedWindows;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.vertex.Windows;
import io.github.dl4jep.window.NormPooling;
import io.github.dl4jep.window.WindowGeometry;
import io.github.dl4jep.window.WindowSum;
import java.util.Arrays;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling3DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.jspecify.annotations.Nullable;

/** The maps of DL4J's pooling layers. */
final class PoolingMaps {

    private PoolingMaps() {}

    /** The kind of pooling, or null if the layer is none. */
    static @Nullable PoolingType typeOf(Layer layer) {
        if (layer instanceof SubsamplingLayer subsampling) {
            return subsampling.getPoolingType();
        }
        if (layer instanceof Subsampling3DLayer subsampling) {
            return subsampling.getPoolingType();
        }
        return layer instanceof GlobalPoolingLayer pooling ? pooling.getPoolingType() : null;
    }

    static FixedMap subsampling(SubsamplingLayer layer, FixedMaps.Context site) {
        return subsampling(layer, sizes(layer, 2), site);
    }

    static FixedMap subsampling1d(Subsampling1DLayer layer, FixedMaps.Context site) {
        return subsampling(layer, sizes(layer, 1), site);
    }

    private static FixedMap subsampling(SubsamplingLayer layer, Windows windows, FixedMaps.Context site) {
        WindowGeometry geometry = windows.on(site.shape(), site.place());
        return new MaskedWindows(pooling(layer, windows, site), mask -> windows.after(mask, geometry));
    }

    private static Windows sizes(SubsamplingLayer layer, int dimensions) {
        return new Windows(
                Arrays.copyOf(layer.getKernelSize(), dimensions),
                Arrays.copyOf(layer.getStride(), dimensions),
                Arrays.copyOf(layer.getPadding(), dimensions),
                Arrays.copyOf(layer.getDilation(), dimensions),
                layer.getConvolutionMode());
    }

    private static FixedMap pooling(SubsamplingLayer layer, Windows windows, FixedMaps.Context site) {
        WindowGeometry geometry = windows.on(site.shape(), site.place());
        return pooling(layer.getPoolingType(), geometry, layer.isAvgPoolIncludePadInDivisor(), layer.getPnorm(), site);
    }

    static FixedMap subsampling3d(Subsampling3DLayer layer, FixedMaps.Context site) {
        WindowGeometry geometry = new Windows(
                        layer.getKernelSize(),
                        layer.getStride(),
                        layer.getPadding(),
                        layer.getDilation(),
                        layer.getConvolutionMode())
                .on(site.shape(), site.place());
        return pooling(layer.getPoolingType(), geometry, false, 0, site);
    }

    private static FixedMap pooling(
            PoolingType type, WindowGeometry geometry, boolean countPadding, int norm, FixedMaps.Context site) {
        return switch (type) {
            case MAX -> site.maxPooling().pooling(geometry, site.behind());
            case AVG -> WindowSum.average(geometry, countPadding);
            case SUM -> WindowSum.sum(geometry);
            case PNORM -> new NormPooling(geometry, norm);
        };
    }

    static FixedMap global(GlobalPoolingLayer layer, FixedMaps.Context site) {
        ExampleShape shape = site.shape();
        int[] dimensions = layer.getPoolingDimensions();
        if (shape.spatialRank() == 0 || (dimensions != null && dimensions.length != shape.spatialRank())) {
            throw new DL4JInvalidInputException("An example has shape " + shape + ", but "
                    + (dimensions == null
                            ? "global pooling needs channels and positions"
                            : "the pooling dimensions are " + Arrays.toString(dimensions)
                                    + "; allowed are all positions of all channels")
                    + " at " + site.place());
        }
        int[] all = new int[shape.spatialRank()];
        int[] one = new int[all.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = Math.toIntExact(shape.dims()[i + 1]);
            one[i] = 1;
        }
        WindowGeometry geometry =
                WindowGeometry.on(shape).kernel(all).output(one).build();
        FixedMap pooling = pooling(layer.getPoolingType(), geometry, true, layer.getPnorm(), site);
        if (shape.spatialRank() <= 2) {
            pooling = new MaskedPooling(pooling, kind(layer.getPoolingType()));
        }
        return layer.isCollapseDimensions() ? new Collapsed(pooling) : pooling;
    }

    private static MaskedPooling.Kind kind(PoolingType type) {
        return switch (type) {
            case MAX -> MaskedPooling.Kind.MAXIMUM;
            case AVG -> MaskedPooling.Kind.AVERAGE;
            default -> MaskedPooling.Kind.SUM;
        };
    }

    /** The pooled channels as columns without positions. */
    private record Collapsed(FixedMap pooling) implements FixedMap {

        @Override
        public boolean heedsMask() {
            return pooling.heedsMask();
        }

        @Override
        public Pass forward(ForwardMessage input) {
            Pass pass = pooling.forward(input);
            ForwardMessage output = pass.output();
            ExampleShape columns = ExampleShape.of(output.moments().shape().channels());
            return new Pass(new ForwardMessage(output.moments().shapedAs(columns), output.covariance()), pass.back());
        }
    }
}
