/**
 * Where data come from: a {@link io.github.dl4jep.cli.data.source.DataSource} hands out
 * {@link io.github.dl4jep.cli.data.split.Split}s.
 *
 * <p>To add a kind of data, implement {@code DataSource} and add its prefix to
 * {@link io.github.dl4jep.cli.data.source.DataSources}.
 */
@NullMarked
package io.github.dl4jep.cli.data.source;

import org.jspecify.annotations.NullMarked;
