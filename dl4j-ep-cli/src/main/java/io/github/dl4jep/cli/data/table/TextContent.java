package io.github.dl4jep.cli.data.table;

import io.github.dl4jep.cli.failure.UserException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The text of a file, gzipped or not. Its encoding is that of its byte-order mark, else UTF-8; bytes that are neither are taken for
 * Windows-1252, which has the letters of Latin-1.
 *
 * @param text the text, without a byte-order mark
 * @param note what had to be guessed of the encoding, or null
 */
record TextContent(String text, @Nullable String note) {
    private static final Charset LATIN = Charset.forName("windows-1252");
    private static final int[] GZIP = {0x1F, 0x8B};

    /** Files that people have in place of text, by their first bytes. */
    private static final Map<String, int[]> NO_TEXT = noText();

    private static Map<String, int[]> noText() {
        Map<String, int[]> kinds = new LinkedHashMap<>();
        kinds.put(
                "a ZIP archive or a spreadsheet (.xlsx, .ods): save it as CSV, or unpack it",
                new int[] {'P', 'K', 3, 4});
        kinds.put("an old spreadsheet (.xls): save it as CSV", new int[] {0xD0, 0xCF, 0x11, 0xE0});
        kinds.put("a Parquet file: save it as CSV", new int[] {'P', 'A', 'R', '1'});
        kinds.put("compressed with bzip2: unpack it, or use gzip", new int[] {'B', 'Z', 'h'});
        kinds.put("compressed with xz: unpack it, or use gzip", new int[] {0xFD, '7', 'z', 'X', 'Z'});
        kinds.put("compressed with zstd: unpack it, or use gzip", new int[] {0x28, 0xB5, 0x2F, 0xFD});
        kinds.put("a PDF: save it as CSV", new int[] {'%', 'P', 'D', 'F'});
        return kinds;
    }

    /**
     * Reads a file.
     *
     * @param file the file
     * @param encoding its encoding, or null to see it from the bytes
     * @return the text
     * @throws UserException if it cannot be read, or is no text
     */
    static TextContent read(Path file, @Nullable Charset encoding) {
        String name = file.toAbsolutePath().normalize().toString();
        if (Files.isDirectory(file)) {
            throw new UserException("Cannot read " + name + ": it is a folder, not a CSV file.");
        }
        try {
            return of(name, Files.readAllBytes(file), encoding);
        } catch (IOException e) {
            throw new UserException("Cannot read " + name + ": " + TextFiles.describe(e) + ".", e);
        }
    }

    /**
     * Decodes bytes.
     *
     * @param name what to call the file in a message
     * @param bytes its content
     * @param encoding its encoding, or null to see it from the bytes
     * @return the text
     * @throws UserException if they are no text
     */
    static TextContent of(String name, byte[] bytes, @Nullable Charset encoding) {
        if (startsWith(bytes, GZIP)) {
            return of(name, unzipped(name, bytes), encoding);
        }
        NO_TEXT.forEach((kind, start) -> {
            if (startsWith(bytes, start)) {
                throw new UserException(name + " is not text, but " + kind + ".");
            }
        });
        TextContent content = encoding == null ? guessed(name, bytes) : decoded(name, bytes, encoding);
        return content.withoutMark().checked(name);
    }

    private static boolean startsWith(byte[] bytes, int... start) {
        return bytes.length >= start.length && Arrays.equals(Arrays.copyOf(bytes, start.length), toBytes(start));
    }

    private static byte[] toBytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] unzipped(String name, byte[] bytes) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            byte[] content = in.readAllBytes();
            if (startsWith(content, GZIP)) {
                throw new UserException(name + " is gzipped twice: unpack it once.");
            }
            return content;
        } catch (IOException e) {
            throw new UserException(name + " is a damaged gzip file: " + UserException.reason(e) + ".", e);
        }
    }

    private static TextContent guessed(String name, byte[] bytes) {
        if (startsWith(bytes, 0xFF, 0xFE, 0, 0) || startsWith(bytes, 0, 0, 0xFE, 0xFF)) {
            return decoded(name, bytes, Charset.forName("UTF-32"));
        }
        if (startsWith(bytes, 0xFF, 0xFE) || startsWith(bytes, 0xFE, 0xFF)) {
            return decoded(name, bytes, StandardCharsets.UTF_16);
        }
        Charset wide = withoutMarkWide(bytes);
        if (wide != null) {
            return new TextContent(
                    decoded(name, bytes, wide).text, "It has no byte-order mark and was read as " + wide.name() + ".");
        }
        try {
            return new TextContent(strict(bytes, StandardCharsets.UTF_8), null);
        } catch (CharacterCodingException e) {
            try {
                return new TextContent(
                        strict(bytes, LATIN),
                        "It is not UTF-8 and was read as windows-1252 (Latin-1); --encoding names another encoding.");
            } catch (CharacterCodingException none) {
                throw new UserException(
                        name
                                + " is not text in UTF-8, UTF-16 or windows-1252 (Latin-1): name its encoding by --encoding.",
                        none);
            }
        }
    }

    /** UTF-16 of Latin letters without its mark: every second byte of the start is 0. */
    private static @Nullable Charset withoutMarkWide(byte[] bytes) {
        int pairs = Math.min(bytes.length, 1000) / 2;
        int[] zeros = new int[2];
        for (int i = 0; i < 2 * pairs; i++) {
            zeros[i % 2] += bytes[i] == 0 ? 1 : 0;
        }
        if (pairs < 2 || Math.max(zeros[0], zeros[1]) < 0.8 * pairs || Math.min(zeros[0], zeros[1]) > 0.1 * pairs) {
            return null;
        }
        return zeros[0] > zeros[1] ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_16LE;
    }

    private static TextContent decoded(String name, byte[] bytes, Charset encoding) {
        try {
            return new TextContent(strict(bytes, encoding), null);
        } catch (CharacterCodingException e) {
            throw new UserException(name + " is not text in " + encoding.name() + ": see --encoding.", e);
        }
    }

    private static String strict(byte[] bytes, Charset encoding) throws CharacterCodingException {
        return encoding.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    private TextContent withoutMark() {
        return text.startsWith("\uFEFF") ? new TextContent(text.substring(1), note) : this;
    }

    /** Bytes of programs and images decode, too, but hold characters that no text has. */
    private TextContent checked(String name) {
        int line = 1;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            line += c == '\n' ? 1 : 0;
            if (c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f') {
                throw new UserException(
                        name + " is not text: line " + line + " holds the control character " + (int) c + ".");
            }
        }
        return this;
    }
}
