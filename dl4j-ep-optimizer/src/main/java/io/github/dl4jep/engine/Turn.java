package io.github.dl4jep.engine;

import io.github.dl4jep.weight.SiteStep;

/**
 * Whose messages a step is made of. Teachers and likelihoods read the same labels, and each solves for the whole step. With few examples both
 * steps are small against what is still to learn, and made at once; a large batch moves its outputs to what its labels say, so that both at once go
 * twice as far. There teachers have the first turn, and likelihoods see what that has moved. If it made the loss larger, it is taken back. Source: the order of sites is free in expectation
 * propagation (Minka 2001); to take those of a batch by likelihood: own, docs/algorithm.md, section 4.
 */
enum Turn {
    /** All at once. */
    ALL,
    /** Teachers alone, which come first. */
    TEACHERS,
    /** Likelihoods alone, after the teachers. */
    LIKELIHOODS;

    /** Whether an observer says something to weights and features in this turn. */
    boolean isOf(boolean teacher) {
        return this == ALL || (this == TEACHERS) == teacher;
    }

    /** The part of a batch's step that belongs to this turn: what is older is forgotten before the first, means are averaged after the last. */
    SiteStep of(SiteStep step) {
        return switch (this) {
            case ALL -> step;
            case TEACHERS -> new SiteStep(step.retention(), 0, step.damping(), step.priorFactor(), 0, step.counted());
            case LIKELIHOODS ->
                new SiteStep(1, step.averagingRate(), step.damping(), step.priorFactor(), step.pull(), step.counted());
        };
    }
}
