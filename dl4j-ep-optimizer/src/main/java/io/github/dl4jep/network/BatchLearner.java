package io.github.dl4jep.network;

/** A network that learns from the batch that DL4J has set: what {@link EpOptimizer} asks once per batch. */
@FunctionalInterface
interface BatchLearner {

    /** Learns from the batch that is set as input and labels; its score before becomes the network's. */
    void learnCurrentBatch();
}
