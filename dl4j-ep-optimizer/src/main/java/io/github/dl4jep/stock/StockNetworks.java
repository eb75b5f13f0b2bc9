package io.github.dl4jep.stock;

import io.github.dl4jep.type.LossType;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The plain DL4J network of an EP network: original layer types, and for each weight one value of its posterior. Draws nothing
 * from ND4J's generator but what that choice draws.
 */
public final class StockNetworks {

    private StockNetworks() {}

    /** The network whose weights are chosen from their posteriors: the modes, or a draw. */
    public static MultiLayerNetwork of(MultiLayerNetwork network, StockChoice choice) {
        MultiLayerConfiguration conf = network.getLayerWiseConfigurations().clone();
        for (int i = 0; i < network.getnLayers(); i++) {
            conf.getConf(i).setLayer(StockLayers.stock(network.getLayer(i)));
            conf.getConf(i).clearVariables();
        }
        MultiLayerNetwork plain = new MultiLayerNetwork(conf);
        initialise(plain);
        for (int i = 0; i < network.getnLayers(); i++) {
            if (i + 1 < network.getnLayers() && LossType.leavesScaleToTheLayerBefore(network.getLayer(i + 1))) {
                StockLayers.setScaledWeights(network.getLayer(i), plain.getLayer(i), choice, network.getLayer(i + 1));
            } else {
                StockLayers.setWeights(network.getLayer(i), plain.getLayer(i), choice);
            }
        }
        return plain;
    }

    /** Without random weights, which would set the seed of ND4J's generator. */
    public static void initialise(MultiLayerNetwork plain) {
        MultiLayerConfiguration conf = plain.getLayerWiseConfigurations();
        long parameters = 0;
        for (NeuralNetConfiguration layer : conf.getConfs()) {
            parameters += layer.getLayer().initializer().numParams(layer);
        }
        if (parameters == 0) {
            plain.init();
        } else {
            plain.init(Nd4j.zeros(conf.getDataType(), 1, parameters), false);
        }
    }
}
