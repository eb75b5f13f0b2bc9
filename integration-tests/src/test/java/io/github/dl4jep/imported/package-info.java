/** Models of other libraries, imported by DL4J and trained by EP. */
@NullMarked
package io.github.dl4jep.imported;

import org.jspecify.annotations.NullMarked;
