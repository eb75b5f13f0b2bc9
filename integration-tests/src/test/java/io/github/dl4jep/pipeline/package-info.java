/** EP networks in DL4J's own surroundings: statistics, the training UI, record readers, parallel training. */
@NullMarked
package io.github.dl4jep.pipeline;

import org.jspecify.annotations.NullMarked;
