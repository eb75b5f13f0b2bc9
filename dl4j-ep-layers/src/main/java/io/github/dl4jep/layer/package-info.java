/** The runtimes of the EP layers: what each layer does with the messages of a batch. */
@NullMarked
package io.github.dl4jep.layer;

import org.jspecify.annotations.NullMarked;
