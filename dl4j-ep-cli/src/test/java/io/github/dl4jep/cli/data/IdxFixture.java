package io.github.dl4jep.cli.data;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** Writes small IDX files. */
public final class IdxFixture {
    private IdxFixture() {}

    public static Path write(Path file, int magic, int[] dimensions, byte[] bytes) throws IOException {
        try (DataOutputStream out = new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
            out.writeInt(magic);
            for (int dimension : dimensions) {
                out.writeInt(dimension);
            }
            out.write(bytes);
        }
        return file;
    }

    public static Path images(Path file, int count, int side) throws IOException {
        byte[] pixels = new byte[count * side * side];
        new Random(count).nextBytes(pixels);
        return write(file, 0x0803, new int[] {count, side, side}, pixels);
    }

    public static Path labels(Path file, int... labels) throws IOException {
        byte[] bytes = new byte[labels.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) labels[i];
        }
        return write(file, 0x0801, new int[] {labels.length}, bytes);
    }

    public static void cutOff(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    }
}
