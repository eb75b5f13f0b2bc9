/** Model files, checkpoints, and the posterior carried from one network to another. */
@NullMarked
package io.github.dl4jep.store;

import org.jspecify.annotations.NullMarked;
