/** What a SameDiff graph says, as values: variables, vertices, weights and their arrangement. */
@NullMarked
package io.github.dl4jep.samediff.plan;

import org.jspecify.annotations.NullMarked;
