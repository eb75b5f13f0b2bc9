/** The way back to stock DL4J networks: point networks and draws from the posterior. */
@NullMarked
package io.github.dl4jep.stock;

import org.jspecify.annotations.NullMarked;
