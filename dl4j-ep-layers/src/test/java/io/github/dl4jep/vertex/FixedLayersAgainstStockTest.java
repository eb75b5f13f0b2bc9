package io.github.dl4jep.vertex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.conf.EpFixedLayer;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.runtime.EpRuntime;
import io.github.dl4jep.type.DataFormats;
import io.github.dl4jep.type.FixedType;
import io.github.dl4jep.type.LayerType;
import io.github.dl4jep.type.LayerTypes;
import io.github.dl4jep.window.MaxPoolingKind;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.PoolingType;
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
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaLayer;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** On observed values every layer without weights is DL4J's own layer, in DL4J's own arrays. */
class FixedLayersAgainstStockTest {

    /** A layer and the shape of its input, as DL4J has it. */
    record Stock(Layer layer, long... shape) {

        @Override
        public String toString() {
            return layer.getClass().getSimpleName() + java.util.Arrays.toString(shape) + layer.hashCode();
        }
    }

    private static final long[] SEQUENCE = {3, 4, 6};
    private static final long[] IMAGE = {3, 2, 6, 4};
    private static final long[] IMAGE_LAST = {3, 6, 4, 2};
    private static final long[] VOLUME = {2, 3, 4, 6, 2};
    private static final long[] VOLUME_LAST = {2, 4, 6, 2, 3};

    static List<Stock> layers() {
        return Stream.of(poolings(), global(), placed()).flatMap(s -> s).toList();
    }

    private static Stream<Stock> poolings() {
        Stream<Stock> images = Stream.of(PoolingType.MAX, PoolingType.AVG, PoolingType.PNORM)
                .flatMap(type -> Stream.of(ConvolutionMode.Same, ConvolutionMode.Truncate)
                        .flatMap(mode -> Stream.of(
                                new Stock(pooling(type, mode, CNN2DFormat.NCHW), IMAGE),
                                new Stock(pooling(type, mode, CNN2DFormat.NHWC), IMAGE_LAST))));
        Stream<Stock> others = Stream.of(PoolingType.MAX, PoolingType.AVG, PoolingType.PNORM)
                .map(type -> new Stock(
                        new Subsampling1DLayer.Builder(3, 2)
                                .poolingType(type)
                                .pnorm(2)
                                .convolutionMode(ConvolutionMode.Truncate)
                                .build(),
                        SEQUENCE));
        Stream<Stock> volumes = Stream.of(Subsampling3DLayer.PoolingType.MAX, Subsampling3DLayer.PoolingType.AVG)
                .flatMap(type -> Stream.of(
                        new Stock(volume(type, Convolution3D.DataFormat.NCDHW), VOLUME),
                        new Stock(volume(type, Convolution3D.DataFormat.NDHWC), VOLUME_LAST)));
        return Stream.of(images, others, volumes).flatMap(s -> s);
    }

    private static SubsamplingLayer pooling(PoolingType type, ConvolutionMode mode, CNN2DFormat format) {
        return new SubsamplingLayer.Builder(new int[] {3, 2}, new int[] {2, 1})
                .poolingType(type)
                .convolutionMode(mode)
                .dataFormat(format)
                .pnorm(3)
                .build();
    }

    private static Subsampling3DLayer volume(Subsampling3DLayer.PoolingType type, Convolution3D.DataFormat format) {
        return new Subsampling3DLayer.Builder(type, new int[] {2, 3, 1}, new int[] {1, 2, 1})
                .convolutionMode(ConvolutionMode.Truncate)
                .dataFormat(format)
                .build();
    }

    private static Stream<Stock> global() {
        return Stream.of(PoolingType.MAX, PoolingType.AVG, PoolingType.SUM, PoolingType.PNORM)
                .flatMap(type -> Stream.of(
                        new Stock(new GlobalPoolingLayer(type), IMAGE),
                        new Stock(new GlobalPoolingLayer(type), SEQUENCE),
                        new Stock(new GlobalPoolingLayer(type), VOLUME),
                        new Stock(
                                new GlobalPoolingLayer.Builder(type)
                                        .poolingDimensions(1, 2)
                                        .build(),
                                IMAGE_LAST),
                        new Stock(
                                new GlobalPoolingLayer.Builder(type)
                                        .collapseDimensions(false)
                                        .build(),
                                IMAGE)));
    }

    private static Stream<Stock> placed() {
        return Stream.of(
                new Stock(new ZeroPadding1DLayer(2, 1), SEQUENCE),
                new Stock(new ZeroPaddingLayer(1, 2, 0, 3), IMAGE),
                new Stock(
                        new ZeroPaddingLayer.Builder(1, 2, 0, 3)
                                .dataFormat(CNN2DFormat.NHWC)
                                .build(),
                        IMAGE_LAST),
                new Stock(new ZeroPadding3DLayer.Builder(1, 0, 2, 1, 0, 1).build(), VOLUME),
                new Stock(new Cropping1D(2, 1), SEQUENCE),
                new Stock(new Cropping2D(1, 2, 0, 3), IMAGE),
                new Stock(new Cropping2D(CNN2DFormat.NHWC, 1, 2, 0, 3), IMAGE_LAST),
                new Stock(new Cropping3D(1, 0, 2, 1, 0, 1), VOLUME),
                new Stock(new Upsampling1D.Builder(3).build(), SEQUENCE),
                new Stock(new Upsampling2D.Builder(2).size(new int[] {2, 3}).build(), IMAGE),
                new Stock(
                        new Upsampling2D.Builder(2).dataFormat(CNN2DFormat.NHWC).build(), IMAGE_LAST),
                new Stock(new Upsampling3D.Builder(2).build(), VOLUME),
                new Stock(new Upsampling3D.Builder(Convolution3D.DataFormat.NDHWC, 2).build(), VOLUME_LAST),
                new Stock(new RepeatVector.Builder<>(4).build(), 3, 5),
                new Stock(
                        new RepeatVector.Builder<>(4).dataFormat(RNNFormat.NWC).build(), 3, 5),
                new Stock(new MaskLayer(), SEQUENCE),
                new Stock(new SpaceToDepthLayer.Builder<>(2, CNN2DFormat.NCHW).build(), IMAGE),
                new Stock(new SpaceToDepthLayer.Builder<>(2, CNN2DFormat.NHWC).build(), IMAGE_LAST),
                new Stock(new LocalResponseNormalization.Builder(1.5, 3, 0.4, 0.75).build(), 3, 6, 2, 2),
                new Stock(
                        new LocalResponseNormalization.Builder(1.5, 3, 0.4, 0.75)
                                .dataFormat(CNN2DFormat.NHWC)
                                .build(),
                        3,
                        2,
                        2,
                        6));
    }

    private static org.deeplearning4j.nn.api.Layer runtime(Layer layer) {
        NeuralNetConfiguration conf = new NeuralNetConfiguration();
        conf.setLayer(layer);
        return layer.instantiate(conf, null, 0, null, false, DataType.FLOAT);
    }

    @ParameterizedTest
    @MethodSource("layers")
    void equalsTheStockLayer(Stock stock) {
        Nd4j.getRandom().setSeed(3);
        INDArray x = Nd4j.randn(DataType.FLOAT, stock.shape());
        org.deeplearning4j.nn.api.Layer own = runtime(stock.layer());
        own.setInput(x.dup(), LayerWorkspaceMgr.noWorkspaces());
        INDArray expected = own.activate(false, LayerWorkspaceMgr.noWorkspaces());
        for (MaxPoolingKind kind : MaxPoolingKind.values()) {
            org.deeplearning4j.nn.api.Layer ep = runtime(new EpFixedLayer(stock.layer(), kind));
            ep.setInput(x, LayerWorkspaceMgr.noWorkspaces());
            INDArray actual = ep.activate(false, LayerWorkspaceMgr.noWorkspaces());
            assertThat(actual.shape()).isEqualTo(expected.shape());
            assertThat(actual.sub(expected).amaxNumber().doubleValue()).isCloseTo(0, within(1e-5));
            ExampleFormat format = DataFormats.of(new EpFixedLayer(stock.layer()));
            Moments sample = ((EpRuntime) ep).vertex().sample(List.of(format.observed(x)));
            assertThat(format.array(sample)).isEqualTo(actual);
        }
    }

    @Test
    void everyRegisteredTypeIsCompared() {
        Set<Class<?>> compared =
                layers().stream().map(stock -> stock.layer().getClass()).collect(Collectors.toSet());
        // A lambda layer is whatever its user writes: SameDiffFunctionTest.
        assertThat(LayerTypes.all().stream()
                        .filter(FixedType.class::isInstance)
                        .map(LayerType::type)
                        .filter(type -> !type.equals(SameDiffLambdaLayer.class)))
                .as("layer types without weights")
                .isNotEmpty()
                .allMatch(compared::contains);
    }

    @Test
    void wrongShapesAreNamed() {
        Vertex crop = vertex(new EpFixedLayer(new Cropping2D(3, 3, 0, 0)));
        assertThatThrownBy(() -> crop.predict(List.of(Moments.pointMass(Nd4j.create(IMAGE)))))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage("An example has shape [2, 6, 4], of which cropping [3, 3, 0, 0] leaves nothing at layer"
                        + " \"null\" (index 0)".replace("null", ""));
        assertThatThrownBy(() -> crop.predict(List.of(Moments.pointMass(Nd4j.create(SEQUENCE)))))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("allowed are channels and 2 dimension(s)");
        Vertex global = vertex(new EpFixedLayer(new GlobalPoolingLayer.Builder(PoolingType.MAX)
                .poolingDimensions(2)
                .build()));
        assertThatThrownBy(() -> global.predict(List.of(Moments.pointMass(Nd4j.create(IMAGE)))))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("the pooling dimensions are [2]; allowed are all positions of all channels");
        Vertex blocks = vertex(new EpFixedLayer(new SpaceToDepthLayer.Builder<>(4, CNN2DFormat.NCHW).build()));
        assertThatThrownBy(() -> blocks.predict(List.of(Moments.pointMass(Nd4j.create(IMAGE)))))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("height and width must be multiples of the block size 4");
    }

    private static Vertex vertex(EpFixedLayer layer) {
        return ((EpRuntime) runtime(layer)).vertex();
    }
}
