/**
 * Writing of files: {@link io.github.dl4jep.file.WholeFile} is the one way in which this project writes over what is there. Knows only
 * Java.
 */
@NullMarked
package io.github.dl4jep.file;

import org.jspecify.annotations.NullMarked;
