package io.github.dl4jep.cli.metric;

import org.jspecify.annotations.Nullable;

/**
 * What a network in training is worth on the test rows.
 *
 * @param figures the figures
 * @param diagnostics what the plots show, or null when the network puts out numbers that are not finite
 */
public record Scores(Figures figures, @Nullable Diagnostics diagnostics) {
    static final Scores NONE = new Scores(Figures.NONE, null);
}
