/**
 * The ways of training a network that a comparison can put side by side.
 *
 * <p>To add one, implement {@link io.github.dl4jep.cli.trainer.Trainer} in a separate file and add one line to
 * {@link io.github.dl4jep.cli.trainer.Trainers}.
 */
@NullMarked
package io.github.dl4jep.cli.trainer;

import org.jspecify.annotations.NullMarked;
