/**
 * Configurations of the EP layers, as DL4J layer types: builders, JSON and YAML.
 *
 * <p>Most DL4J layers need no configuration here: {@link io.github.dl4jep.conf.EpWeightedLayer} and {@link
 * io.github.dl4jep.conf.EpFixedLayer} hold them, and {@code io.github.dl4jep.type} says what they mean. One that does is an {@link
 * io.github.dl4jep.conf.EpConf} with its runtime in {@code io.github.dl4jep.runtime}.
 */
@NullMarked
package io.github.dl4jep.conf;

import org.jspecify.annotations.NullMarked;
