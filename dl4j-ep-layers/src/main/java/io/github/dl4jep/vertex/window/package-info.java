/** Where the settings of DL4J's convolutions and pooling layers put windows. */
@NullMarked
package io.github.dl4jep.vertex.window;

import org.jspecify.annotations.NullMarked;
