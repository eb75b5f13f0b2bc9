package io.github.dl4jep.cli.data;

/**
 * What a network must fit.
 *
 * @param inputs the number of input columns
 * @param outputs the number of classes, or 1 for regression
 * @param task what the outputs mean
 */
public record DataShape(int inputs, int outputs, Task task) {}
