/**
 * Recognises SameDiff ops: what each one means as a part of a DL4J definition.
 *
 * <p>To make an op known: one {@link io.github.dl4jep.samediff.plan.OpRecogniser} and one line in
 * {@link io.github.dl4jep.samediff.ops.OpRecognisers}.
 */
@NullMarked
package io.github.dl4jep.samediff.ops;

import org.jspecify.annotations.NullMarked;
