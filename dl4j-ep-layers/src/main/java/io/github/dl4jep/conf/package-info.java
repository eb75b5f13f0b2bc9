/**
 * Configurations of the EP layers, as DL4J layer types: builders, JSON and YAML.
 *
 * <p>To add a layer: a configuration here that names the DL4J layer it stands for, its runtime in
 * {@code io.github.dl4jep.runtime}, and one line in {@code io.github.dl4jep.convert.LayerConverters}.
 */
@NullMarked
package io.github.dl4jep.conf;

import org.jspecify.annotations.NullMarked;
