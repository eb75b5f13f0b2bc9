package io.github.dl4jep.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer.PoolingType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.zoo.model.LeNet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;

class EpLeNetTest {

    /** 5 x 5 x 1 x 20 + 20, 5 x 5 x 20 x 50 + 50, 7 x 7 x 50 x 500 + 500, 500 x 10 + 10. */
    private static final long PARAMETERS = 520 + 25_050 + 1_225_500 + 5_010;

    @Test
    void hasTheLayersOfTheZoosLeNet() {
        MultiLayerNetwork ours = new MultiLayerNetwork(EpLeNet.builder().build().conf());
        ours.init();
        MultiLayerNetwork zoo =
                (MultiLayerNetwork) LeNet.builder().numClasses(10).build().init();

        assertThat(ours.numParams()).isEqualTo(PARAMETERS).isEqualTo(zoo.numParams());
        for (int layer = 0; layer < zoo.getnLayers(); layer++) {
            assertThat(ours.getLayer(layer).conf().getLayer())
                    .hasSameClassAs(zoo.getLayer(layer).conf().getLayer());
        }
        ours.setParams(zoo.params());
        INDArray image = ImageBlobs.of(1, 28, 28, 3).getFeatures();
        assertThat(ours.output(image).distance2(zoo.output(image))).isCloseTo(0, within(1e-6));
    }

    @Test
    void settingsReachTheDefinition() {
        MultiLayerConfiguration conf = EpLeNet.builder()
                .seed(7)
                .inputShape(new int[] {3, 12, 8})
                .numClasses(4)
                .pooling(PoolingType.AVG)
                .activation(new ActivationHeaviside())
                .updater(new Sgd(0.5))
                .build()
                .conf();

        ConvolutionLayer first = (ConvolutionLayer) conf.getConf(0).getLayer();
        assertThat(conf.getConf(0).getSeed()).isEqualTo(7);
        assertThat(first.getNIn()).isEqualTo(3);
        assertThat(first.getActivationFn()).isEqualTo(new ActivationHeaviside());
        assertThat(first.getIUpdater()).isEqualTo(new Sgd(0.5));
        assertThat(((SubsamplingLayer) conf.getConf(1).getLayer()).getPoolingType())
                .isEqualTo(org.deeplearning4j.nn.conf.layers.PoolingType.AVG);
        MultiLayerNetwork network = new MultiLayerNetwork(conf);
        network.init();
        // 3 x 2 positions are left of 12 x 8.
        assertThat(network.layerInputSize(4)).isEqualTo(3 * 2 * 50);
        assertThat(network.layerSize(5)).isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource(
            value = PoolingType.class,
            names = {"MAX", "AVG"})
    void epAndStockLearnImagesGivenEitherWay(PoolingType pooling) {
        EpLeNet model = EpLeNet.builder()
                .inputShape(new int[] {1, 8, 8})
                .numClasses(2)
                .pooling(pooling)
                .build();
        DataSet images = ImageBlobs.of(40, 8, 8, 5);
        DataSet rows = new DataSet(images.getFeatures().reshape('c', 40, 64), images.getLabels());
        EpMultiLayerNetwork ep = model.init();
        ep.fit(images);
        ep.fit(rows);
        MultiLayerNetwork stock = new MultiLayerNetwork(model.conf());
        stock.init();
        for (int step = 0; step < 10; step++) {
            stock.fit(images);
        }

        assertThat(ep.output(rows.getFeatures()).distance2(ep.output(images.getFeatures())))
                .isCloseTo(0, within(1e-5));
        DataSet test = ImageBlobs.of(40, 8, 8, 6);
        assertThat(ImageBlobs.errors(ep.output(test.getFeatures()), test)).isLessThan(4);
        assertThat(ImageBlobs.errors(stock.output(test.getFeatures()), test)).isLessThan(4);
    }

    @Test
    void settingsThatAreNotAllowedAreNamed() {
        assertThatThrownBy(() -> EpLeNet.builder().inputShape(new int[] {28, 28}))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage("inputShape is [28, 28], allowed are three positive numbers: channels, height and width");
        assertThatThrownBy(() -> EpLeNet.builder().numClasses(1))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessage("numClasses is 1, allowed: 2 and more");
    }
}
