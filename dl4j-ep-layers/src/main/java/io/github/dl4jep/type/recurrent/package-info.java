/**
 * DL4J's recurrent layer types and what belongs to them: their vertices, their parameters, and how DL4J arranges its own.
 *
 * <p>To add one: a {@link io.github.dl4jep.recurrent.Cell} and one line in {@link io.github.dl4jep.type.LayerTypes}.
 */
@NullMarked
package io.github.dl4jep.type.recurrent;

import org.jspecify.annotations.NullMarked;
