package io.github.dl4jep.cli.data.format;

/**
 * That rows are sequences, and where their labels stand.
 *
 * @param everyStep whether there is a label at every step, and not one for the whole sequence
 * @param longest the number of steps of the longest training sequence
 */
public record SequenceShape(boolean everyStep, int longest) {}
