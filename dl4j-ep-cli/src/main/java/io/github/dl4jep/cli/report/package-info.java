/**
 * What the user gets to see: progress, the table, the file {@code comparison.json} and the page {@code comparison.html}. Nothing in the program writes to
 * the console but through the writers picocli hands out.
 */
@NullMarked
package io.github.dl4jep.cli.report;

import org.jspecify.annotations.NullMarked;
