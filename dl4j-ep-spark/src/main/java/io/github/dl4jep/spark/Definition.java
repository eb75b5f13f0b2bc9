package io.github.dl4jep.spark;

import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.network.EpNetwork;
import java.io.DataInputStream;
import java.io.Serializable;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network without its parameters, from which workers make replicas.
 *
 * @param json the definition
 * @param graph whether it is a graph
 */
record Definition(String json, boolean graph) implements Serializable {

    static Definition of(EpNetwork network) {
        return new Definition(network.toJson(), network instanceof EpComputationGraph);
    }

    /** A replica with the parameters that {@link #parameters} gave. */
    EpNetwork network(byte[] posterior) {
        INDArray parameters = Wire.read(posterior, (DataInputStream in) -> Wire.array(in));
        if (graph) {
            EpComputationGraph replica = new EpComputationGraph(ComputationGraphConfiguration.fromJson(json));
            replica.init(parameters, false);
            return replica;
        }
        EpMultiLayerNetwork replica = new EpMultiLayerNetwork(MultiLayerConfiguration.fromJson(json));
        replica.init(parameters, false);
        return replica;
    }

    static byte[] parameters(EpNetwork network) {
        return Wire.bytes(out -> Wire.write(out, network.params()));
    }
}
