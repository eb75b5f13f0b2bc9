package io.github.dl4jep.cli.damage;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** What can happen to a file, chosen by a seed. */
final class Damage {
    private static final Pattern TOKEN = Pattern.compile("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?|\"[^\"]*\"|true|false|null");
    private static final List<String> ODD = List.of(
            "2147483647",
            "9223372036854775807",
            "999999999999999999999",
            "-1",
            "0",
            "1e308",
            "1e999",
            "NaN",
            "null",
            "true",
            "\"x\"",
            "x",
            "",
            "[]",
            "{}",
            "[1,2]",
            "3.5",
            "\u00e4\u00f6");

    private final Random random;

    Damage(long seed) {
        this.random = new Random(seed);
    }

    /** Any damage to any bytes. */
    byte[] bytes(byte[] whole) {
        return switch (random.nextInt(7)) {
            case 0 -> Arrays.copyOf(whole, random.nextInt(whole.length));
            case 1 -> flipped(whole, 1);
            case 2 -> flipped(whole, 1 + random.nextInt(20));
            case 3 -> new byte[0];
            case 4 -> without(whole);
            case 5 -> twice(whole);
            default -> overwritten(whole);
        };
    }

    /** Damage to text: that of bytes, or something of a wrong type or size. */
    byte[] text(byte[] whole) {
        return random.nextInt(3) == 0 ? bytes(whole) : oddToken(whole);
    }

    /** One token is something odd. */
    private byte[] oddToken(byte[] whole) {
        String text = new String(whole, StandardCharsets.UTF_8);
        List<MatchResult> tokens = TOKEN.matcher(text).results().toList();
        MatchResult token = tokens.get(random.nextInt(tokens.size()));
        String odd = ODD.get(random.nextInt(ODD.size()));
        return (text.substring(0, token.start()) + odd + text.substring(token.end())).getBytes(StandardCharsets.UTF_8);
    }

    /** Damage to a zip file: to its bytes, or inside of an entry with the right checksum. */
    byte[] zip(byte[] whole) {
        if (random.nextInt(3) == 0) {
            return bytes(whole);
        }
        Map<String, byte[]> entries = entries(whole);
        List<String> names = List.copyOf(entries.keySet());
        String name = names.get(random.nextInt(names.size()));
        byte[] entry = entries.get(name);
        switch (random.nextInt(4)) {
            case 0 -> entries.remove(name);
            case 1 -> entries.put(name, name.endsWith(".bin") ? absurdLength(entry) : oddToken(entry));
            default -> entries.put(name, name.endsWith(".json") ? text(entry) : bytes(entry));
        }
        return zipped(entries);
    }

    /** A length, a rank or a size in the head is absurd. */
    private byte[] absurdLength(byte[] entry) {
        byte[] copy = entry.clone();
        int at = random.nextInt(Math.min(copy.length - 8, 100));
        byte[] absurd = {0, 0, 0, 4, 0, 0, 0, 0};
        absurd[random.nextInt(8)] = (byte) random.nextInt(128);
        System.arraycopy(absurd, 0, copy, at, absurd.length);
        return copy;
    }

    private byte[] flipped(byte[] whole, int bits) {
        byte[] copy = whole.clone();
        for (int i = 0; i < bits; i++) {
            copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return copy;
    }

    private byte[] without(byte[] whole) {
        int from = random.nextInt(whole.length);
        int to = from + random.nextInt(whole.length - from);
        return joined(Arrays.copyOf(whole, from), Arrays.copyOfRange(whole, to, whole.length));
    }

    private byte[] twice(byte[] whole) {
        int from = random.nextInt(whole.length);
        int to = from + random.nextInt(whole.length - from);
        return joined(Arrays.copyOf(whole, to), Arrays.copyOfRange(whole, from, whole.length));
    }

    private byte[] overwritten(byte[] whole) {
        byte[] copy = whole.clone();
        byte[] noise = new byte[1 + random.nextInt(Math.min(64, copy.length))];
        random.nextBytes(noise);
        int at = random.nextInt(copy.length - noise.length + 1);
        System.arraycopy(noise, 0, copy, at, noise.length);
        return copy;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    static Map<String, byte[]> entries(byte[] zip) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                entries.put(entry.getName(), in.readAllBytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entries;
    }

    static byte[] zipped(Map<String, byte[]> entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
