/** What a row of data is: its columns or image, its scale, and whether its label is a class or a number. */
@NullMarked
package io.github.dl4jep.cli.data.format;

import org.jspecify.annotations.NullMarked;
