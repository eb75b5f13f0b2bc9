/**
 * Tables in text files. Readers check what they read and throw {@link io.github.dl4jep.cli.failure.UserException} with the file,
 * the row and the column.
 */
@NullMarked
package io.github.dl4jep.cli.data.table;

import org.jspecify.annotations.NullMarked;
