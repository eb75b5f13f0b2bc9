package io.github.dl4jep.cli.compare;

/**
 * Which run of a comparison.
 *
 * @param trainer the name of the trainer
 * @param split the index of the split
 * @param seed the seed, as in {@link Run}
 */
public record RunId(String trainer, int split, long seed) {}
