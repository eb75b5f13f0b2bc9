/** Programs to start from. To add one: a class with {@code main}, a line in {@code examples/README.md}, a test that runs it. */
@NullMarked
package io.github.dl4jep.examples;

import org.jspecify.annotations.NullMarked;
