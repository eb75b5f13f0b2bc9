package io.github.dl4jep.network;

/** A network that learns from the batch that DL4J has set: what {@link EpOptimizer} asks once per batch. */
interface BatchLearner {

    /**
     * Prepares what listeners may ask for, and tells them of the forward pass. Called before the batch is learned from.
     *
     * @param observed whether there is a listener that may ask for activations or changes
     */
    void announceCurrentBatch(boolean observed);

    /** Learns from the batch that is set as input and labels; its score before becomes the network's. */
    void learnCurrentBatch();
}
