package io.github.dl4jep.recurrent;

import org.jspecify.annotations.Nullable;

/**
 * What goes from one step to the next.
 *
 * @param output moments of the activation h
 * @param memory moments of the memory c, or null for a cell without
 */
record CellState(StepMoments output, @Nullable StepMoments memory) {}
