package io.github.dl4jep.type;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling3DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling1D;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.Upsampling3D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPadding3DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping3D;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;

/** The DL4J layer types without weights: one line each. */
final class FixedTypes {

    private FixedTypes() {}

    static List<LayerType<? extends Layer>> all() {
        return List.of(
                new FixedType<>(
                        SubsamplingLayer.class, PoolingMaps::subsampling, l -> DataFormats.of(l.getCnn2dDataFormat())),
                new FixedType<>(
                        Subsampling1DLayer.class,
                        PoolingMaps::subsampling1d,
                        l -> DataFormats.of(l.getCnn2dDataFormat())),
                new FixedType<>(
                        Subsampling3DLayer.class, PoolingMaps::subsampling3d, l -> DataFormats.of(l.getDataFormat())),
                new FixedType<>(GlobalPoolingLayer.class, PoolingMaps::global, DataFormats::ofGlobalPooling) {
                    @Override
                    public boolean keepsPositions(GlobalPoolingLayer layer) {
                        return !layer.isCollapseDimensions();
                    }
                },
                new FixedType<>(
                        ZeroPadding1DLayer.class, (l, context) -> PaddingAndCropping.padded(l.getPadding(), context)),
                new FixedType<>(
                        ZeroPaddingLayer.class,
                        (l, context) -> PaddingAndCropping.padded(l.getPadding(), context),
                        l -> DataFormats.of(l.getDataFormat())),
                new FixedType<>(
                        ZeroPadding3DLayer.class, (l, context) -> PaddingAndCropping.padded(l.getPadding(), context)),
                new FixedType<>(Cropping1D.class, (l, context) -> PaddingAndCropping.cropped(l.getCropping(), context)),
                new FixedType<>(
                        Cropping2D.class,
                        (l, context) -> PaddingAndCropping.cropped(l.getCropping(), context),
                        l -> DataFormats.of(l.getDataFormat())),
                new FixedType<>(Cropping3D.class, (l, context) -> PaddingAndCropping.cropped(l.getCropping(), context)),
                new FixedType<>(
                        Upsampling1D.class, (l, context) -> PaddingAndCropping.upsampled(l.getSize(), 1, context)),
                new FixedType<>(
                        Upsampling2D.class,
                        (l, context) -> PaddingAndCropping.upsampled(l.getSize(), 2, context),
                        l -> DataFormats.of(l.getFormat())),
                new FixedType<>(
                        Upsampling3D.class,
                        (l, context) -> PaddingAndCropping.upsampled(l.getSize(), 3, context),
                        l -> DataFormats.of(l.getDataFormat())),
                new FixedType<>(
                        RepeatVector.class, PaddingAndCropping::repeated, l -> DataFormats.of(l.getDataFormat())),
                new FixedType<>(
                        SpaceToDepthLayer.class,
                        PaddingAndCropping::spaceToDepth,
                        l -> DataFormats.of(l.getDataFormat())),
                new FixedType<>(
                        LocalResponseNormalization.class,
                        FixedMaps::responseNormalization,
                        l -> DataFormats.of(l.getDataFormat())) {
                    @Override
                    public boolean keepsScale() {
                        return true;
                    }
                });
    }
}
