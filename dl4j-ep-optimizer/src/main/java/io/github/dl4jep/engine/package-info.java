/** One batch through the message graph: forward moments, likelihood, backward messages, commit or reject. No formulas. */
@NullMarked
package io.github.dl4jep.engine;

import org.jspecify.annotations.NullMarked;
