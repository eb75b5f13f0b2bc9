package io.github.dl4jep.coverage;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * A definition after one kind of public example.
 *
 * @param group what the table calls its group
 * @param name what it is
 * @param list the definition, if it is a list of layers
 * @param graph the definition, if it is a graph
 * @param data a few batches in one
 * @param refusal part of the error, or null where it converts
 */
record Example(
        String group,
        String name,
        @Nullable MultiLayerConfiguration list,
        @Nullable ComputationGraphConfiguration graph,
        MultiDataSet data,
        @Nullable String refusal) {

    static Example of(String group, String name, MultiLayerConfiguration list, MultiDataSet data) {
        return new Example(group, name, list, null, data, null);
    }

    static Example of(String group, String name, ComputationGraphConfiguration graph, MultiDataSet data) {
        return new Example(group, name, null, graph, data, null);
    }

    /** The same, of which this is expected in the error. */
    Example refused(String reason) {
        return new Example(group, name, list, graph, data, reason);
    }

    @Override
    public String toString() {
        return group + ": " + name;
    }
}
