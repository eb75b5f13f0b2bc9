/**
 * Model files of the command: what {@code train} writes and {@code predict} and {@code inspect} read.
 *
 * <p>A {@link io.github.dl4jep.cli.model.SavedModel} is a file of DL4J's {@code ModelSerializer}, normalizer included, with one
 * entry more, {@link io.github.dl4jep.cli.model.ModelCard}, in JSON. A checkpoint is the same file with a position inside a pass.
 * To keep something more of a training, add a component to {@code ModelCard} and a test that files without it still read.
 */
@NullMarked
package io.github.dl4jep.cli.model;

import org.jspecify.annotations.NullMarked;
