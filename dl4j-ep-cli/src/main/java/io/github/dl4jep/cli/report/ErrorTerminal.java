package io.github.dl4jep.cli.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether somebody is watching stderr. */
public final class ErrorTerminal {
    private static final Path STDERR = Path.of("/proc/self/fd/2");

    private ErrorTerminal() {}

    /**
     * Says whether stderr is a terminal. Where the operating system does not show what stderr is (outside Linux) the
     * answer is Java's: whether stdin and stdout are.
     *
     * @return true if a progress bar makes sense
     */
    public static boolean isPresent() {
        if (!Files.isSymbolicLink(STDERR)) {
            return System.console() != null;
        }
        try {
            Path target = Files.readSymbolicLink(STDERR);
            return target.startsWith("/dev/pts") || target.toString().startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }
}
