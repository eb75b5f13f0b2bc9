/**
 * The command {@code dl4j-ep}. To add a subcommand, write it as a picocli command in a separate file and name it in
 * {@link io.github.dl4jep.cli.RootCommand}.
 */
@NullMarked
package io.github.dl4jep.cli;

import org.jspecify.annotations.NullMarked;
