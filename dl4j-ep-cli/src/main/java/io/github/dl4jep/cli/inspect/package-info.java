/**
 * What a kept network is made of and how sure it is of its weights, as text or JSON. To show one thing more, add a component to
 * {@link io.github.dl4jep.cli.inspect.ModelReport} or {@link io.github.dl4jep.cli.inspect.LayerReport} and a line or column to
 * {@link io.github.dl4jep.cli.inspect.ModelText}.
 */
@NullMarked
package io.github.dl4jep.cli.inspect;

import org.jspecify.annotations.NullMarked;
