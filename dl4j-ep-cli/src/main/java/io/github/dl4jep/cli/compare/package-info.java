/**
 * The comparison itself: the same definition, the same initial seed and the same batches in the same order for every
 * trainer, with training timed apart from evaluation.
 */
@NullMarked
package io.github.dl4jep.cli.compare;

import org.jspecify.annotations.NullMarked;
