package io.github.dl4jep.cli.failure;

/** Names of files go through the encoding of the locale: Java knows no other way, and puts a sign where it fails. */
public final class LocaleEncoding {
    private static final char NOT_EXPRESSIBLE = '\uFFFD';

    private LocaleEncoding() {}

    /**
     * Checks a name or a path that the system has given.
     *
     * @param text the text
     * @throws UserException if it has characters that the locale's encoding has not
     */
    public static void requireExpressible(String text) {
        if (text.indexOf(NOT_EXPRESSIBLE) >= 0) {
            throw new UserException("\"" + text + "\" has characters that the encoding of this locale, "
                    + System.getProperty("sun.jnu.encoding")
                    + ", cannot express: set the environment variable LC_ALL to"
                    + " C.UTF-8, or to another locale of UTF-8, and start again.");
        }
    }
}
