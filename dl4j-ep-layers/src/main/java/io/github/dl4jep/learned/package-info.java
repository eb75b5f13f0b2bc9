/** Numbers that are learned and are no weights: what batches say of them, and those that concern all priors of a network. */
@NullMarked
package io.github.dl4jep.learned;

import org.jspecify.annotations.NullMarked;
