/** Files of networks: those of every released version, which later ones must load, and training that goes on from a file. */
@NullMarked
package io.github.dl4jep.saved;

import org.jspecify.annotations.NullMarked;
