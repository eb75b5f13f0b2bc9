/**
 * The compact file of a network with discrete weights, and a reader that runs it bit-packed.
 *
 * <p>Such a network is a chain of dense layers. Hidden layers have weights in {-c, +c} (one bit each) or {-c, 0, +c} (two bits)
 * and the Heaviside unit, so that everything after the first layer is counting of common bits. {@link
 * io.github.dl4jep.compact.CompactNetwork} reads, writes and runs; {@code docs/compact-format.md} describes the file byte by byte.
 *
 * <p>This package uses nothing but Java itself: no ND4J, no Deeplearning4j.
 *
 * <p>A further kind of weights is a constant of {@link io.github.dl4jep.compact.WeightKind} with a new code, a branch in {@code
 * CompactLayout}, {@code CompactWriter} and {@code CompactReader}, an implementation of {@code LayerForward}, and a line in the
 * format's description. Older readers refuse it by its code.
 */
@NullMarked
package io.github.dl4jep.compact;

import org.jspecify.annotations.NullMarked;
