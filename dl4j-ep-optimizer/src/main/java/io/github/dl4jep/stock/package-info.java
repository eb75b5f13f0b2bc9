/** Stock DL4J networks of EP networks: point networks, draws from the posterior, and what becomes of them: lists of layers, compact networks. */
@NullMarked
package io.github.dl4jep.stock;

import org.jspecify.annotations.NullMarked;
