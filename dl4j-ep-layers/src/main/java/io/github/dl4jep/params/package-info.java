/** Lays the posteriors of a layer out in DL4J's flat parameter vector. */
@NullMarked
package io.github.dl4jep.params;

import org.jspecify.annotations.NullMarked;
