package io.github.dl4jep.cli.report;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;

/** Whether somebody is watching stderr. */
public final class ErrorTerminal {
    private ErrorTerminal() {}

    /**
     * Says whether stderr is a terminal. Java itself can only tell for stdin and stdout, so the shell is asked about the
     * stderr it inherits; where there is no shell, the answer is no.
     *
     * @return true if a progress bar makes sense
     */
    public static boolean isPresent() {
        try {
            return new ProcessBuilder("/bin/sh", "-c", "test -t 2")
                            .redirectError(Redirect.INHERIT)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
