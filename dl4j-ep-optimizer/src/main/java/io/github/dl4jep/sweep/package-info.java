/** One batch through the layers: forward moments, likelihood, backward messages, commit or reject. No formulas. */
@NullMarked
package io.github.dl4jep.sweep;

import org.jspecify.annotations.NullMarked;
