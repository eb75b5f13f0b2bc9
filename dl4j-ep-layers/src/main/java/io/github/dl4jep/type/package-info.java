/** What each DL4J layer, vertex and preprocessor type means: its map, its windows, its data format; one registration line each. */
@NullMarked
package io.github.dl4jep.type;

import org.jspecify.annotations.NullMarked;
