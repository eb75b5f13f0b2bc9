package io.github.dl4jep.cli;

import io.github.dl4jep.cli.failure.UserException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the command prints on stdout, in UTF-8 in every locale, and whether it could be written: Java's own streams keep that to
 * themselves.
 */
final class StandardOutput {
    private final PrintWriter writer = new PrintWriter(
            new OutputStreamWriter(new Watched(new FileOutputStream(FileDescriptor.out)), StandardCharsets.UTF_8),
            true);

    private @Nullable IOException failure;

    /** Passes everything on, and keeps the first failure. */
    private final class Watched extends OutputStream {
        private final OutputStream out;

        Watched(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            try {
                out.write(bytes, from, count);
            } catch (IOException e) {
                failure = failure == null ? e : failure;
                throw e;
            }
        }
    }

    PrintWriter writer() {
        return writer;
    }

    /**
     * Checks that all was written. Whoever closes a pipe has seen enough; that is no failure.
     *
     * @throws UserException if not
     */
    void requireWritten() {
        writer.flush();
        if (failure != null
                && !UserException.reason(failure).toLowerCase(Locale.ROOT).contains("pipe")) {
            throw new UserException("Cannot write to stdout: " + UserException.reason(failure) + ".", failure);
        }
    }
}
