/**
 * Training of one network that is kept: batch by batch, with checkpoints from which it goes on with the same bits.
 *
 * <p>{@link io.github.dl4jep.cli.train.TrainingRun} is the loop. What a batch is follows from seed and pass alone, so a
 * {@link io.github.dl4jep.cli.model.Position} and the network are all that a checkpoint holds.
 */
@NullMarked
package io.github.dl4jep.cli.train;

import org.jspecify.annotations.NullMarked;
