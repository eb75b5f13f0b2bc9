/** Definitions after each kind in DL4J's public examples, and what becomes of them under EP: the table in {@code docs/examples.md}. */
@NullMarked
package io.github.dl4jep.coverage;

import org.jspecify.annotations.NullMarked;
