/**
 * The network definition every trainer starts from: built from a short spec such as {@code mlp:500,500}, or read from the
 * JSON that DL4J writes, and checked against the data before anything is trained.
 */
@NullMarked
package io.github.dl4jep.cli.definition;

import org.jspecify.annotations.NullMarked;
