package io.github.dl4jep.samediff;

/**
 * An output of the network, its loss and its labels.
 *
 * @param layer name of the output layer
 * @param loss name of the loss variable of the op
 * @param prediction variable that the loss reads
 * @param labels placeholder of the labels
 * @param sparse whether labels are class numbers, [minibatch]
 * @param size number of outputs
 */
record LabelledOutput(String layer, String loss, String prediction, String labels, boolean sparse, long size) {}
