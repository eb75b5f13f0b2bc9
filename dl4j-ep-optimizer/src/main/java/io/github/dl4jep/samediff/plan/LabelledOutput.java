package io.github.dl4jep.samediff.plan;

import org.nd4j.linalg.activations.IActivation;

/**
 * An output of the network, its loss and its labels.
 *
 * @param layer name of the output layer
 * @param loss name of the loss variable of the op
 * @param prediction variable that the loss reads
 * @param labels placeholder of the labels
 * @param sparse whether labels are class numbers, [minibatch]
 * @param coding what the loss makes of the labels
 * @param size number of outputs
 * @param behind what the loss itself does to what it reads: softmax, sigmoid or nothing
 */
public record LabelledOutput(
        String layer,
        String loss,
        String prediction,
        String labels,
        boolean sparse,
        LabelCoding coding,
        long size,
        IActivation behind) {}
