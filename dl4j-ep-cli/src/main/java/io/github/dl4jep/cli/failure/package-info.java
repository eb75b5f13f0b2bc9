/**
 * What happens when something goes wrong: the exception that carries one sentence for the user, and the handlers that
 * turn exceptions into a message on stderr and an exit code.
 *
 * <p>Whatever the user can put right (an option, a file, a folder, a network definition) throws
 * {@link io.github.dl4jep.cli.failure.UserException}; everything else is an internal error.
 */
@NullMarked
package io.github.dl4jep.cli.failure;

import org.jspecify.annotations.NullMarked;
