/** The linear map of uncertain weights: messages to pre-activations, inputs and weights, of dense layers and of convolutions. */
@NullMarked
package io.github.dl4jep.linear;

import org.jspecify.annotations.NullMarked;
