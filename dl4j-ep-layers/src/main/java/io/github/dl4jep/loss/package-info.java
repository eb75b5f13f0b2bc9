/**
 * Which likelihood stands for which loss of Deeplearning4j: one registration line each, your own losses included. docs/losses.md has the
 * table.
 */
@NullMarked
package io.github.dl4jep.loss;

import org.jspecify.annotations.NullMarked;
