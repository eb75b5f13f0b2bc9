package io.github.dl4jep.cli.data.source;

/**
 * What a comparison uses when the command line does not say otherwise.
 *
 * @param network the network, as for {@code --net}
 * @param passes the number of passes over the training rows
 * @param batch the number of rows in a batch
 */
public record RunDefaults(String network, int passes, int batch) {}
