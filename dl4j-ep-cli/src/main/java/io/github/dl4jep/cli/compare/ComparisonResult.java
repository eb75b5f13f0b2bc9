package io.github.dl4jep.cli.compare;

import java.util.List;

/**
 * All runs of a comparison; the content of {@code comparison.json}.
 *
 * @param data the data, as for {@code --data}
 * @param network the network, as for {@code --net}
 * @param parameters the number of weights and biases of the DL4J definition
 * @param seed the seed of initial weights, batches and random splits
 * @param batch the number of rows in a batch
 * @param runs the runs, split by split, in each the trainers in the order asked for
 */
public record ComparisonResult(String data, String network, long parameters, long seed, int batch, List<Run> runs) {}
