/**
 * {@link io.github.dl4jep.network.EpNetwork}: the EP networks that DL4J's own fit, output and evaluate run on, their solver and optimizer,
 * and predictions.
 */
@NullMarked
package io.github.dl4jep.network;

import org.jspecify.annotations.NullMarked;
