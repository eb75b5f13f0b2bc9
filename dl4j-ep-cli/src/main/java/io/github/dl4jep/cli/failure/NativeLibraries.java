package io.github.dl4jep.cli.failure;

import java.io.IOException;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/** Why the native libraries of ND4J and OpenCV cannot be loaded: they are unpacked into a folder first, which must allow that. */
final class NativeLibraries {
    private NativeLibraries() {}

    /**
     * Explains an error of loading.
     *
     * @param failure what was thrown
     * @return one sentence with the folder and the remedy, or null if it is about something else
     */
    static @Nullable String problem(Throwable failure) {
        String reason = null;
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < 20; depth++) {
            // Of a chain of these, the last one knows best.
            if (cause instanceof UnsatisfiedLinkError || reason != null) {
                reason = UserException.reason(cause);
            }
            cause = cause.getCause();
        }
        return reason == null
                ? null
                : "The native libraries cannot be unpacked and loaded, in " + folder() + " (" + reason
                        + "): choose a folder on this machine with 1 GB free that can be written and that programs may be run"
                        + " from, by DL4J_EP_OPTS=-Dorg.bytedeco.javacpp.cachedir=FOLDER.";
    }

    private static String folder() {
        try {
            return Loader.getCacheDir().toString();
        } catch (IOException | LinkageError e) {
            return System.getProperty("user.home") + " or " + System.getProperty("java.io.tmpdir");
        }
    }
}
