/** The runtimes that DL4J makes of the EP layers; each hands its batches to vertices. */
@NullMarked
package io.github.dl4jep.runtime;

import org.jspecify.annotations.NullMarked;
