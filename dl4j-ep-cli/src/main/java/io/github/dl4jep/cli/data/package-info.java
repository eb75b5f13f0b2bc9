/**
 * The data a comparison runs on: where it comes from, how it is split into training and test rows, and how it is scaled.
 *
 * <p>A {@link io.github.dl4jep.cli.data.DataSource} hands out {@link io.github.dl4jep.cli.data.Split}s; readers check
 * what they read and throw {@link io.github.dl4jep.cli.failure.UserException} with the file, the row and the column. To
 * add a kind of data, implement {@code DataSource} and add its prefix to
 * {@link io.github.dl4jep.cli.data.DataSources}.
 */
@NullMarked
package io.github.dl4jep.cli.data;

import org.jspecify.annotations.NullMarked;
