package io.github.dl4jep.cli;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** The first digits of MNIST as files of the published format. */
final class MnistExcerpt {
    private MnistExcerpt() {}

    static void write(Path from, Path to, int train, int test) throws IOException {
        Files.createDirectories(to);
        cut(from, to, "train-images-idx3-ubyte.gz", train, 28 * 28);
        cut(from, to, "train-labels-idx1-ubyte.gz", train, 1);
        cut(from, to, "t10k-images-idx3-ubyte.gz", test, 28 * 28);
        cut(from, to, "t10k-labels-idx1-ubyte.gz", test, 1);
    }

    private static void cut(Path from, Path to, String file, int items, int bytesPerItem) throws IOException {
        try (DataInputStream in = new DataInputStream(new GZIPInputStream(Files.newInputStream(from.resolve(file))));
                DataOutputStream out =
                        new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(to.resolve(file))))) {
            out.writeInt(in.readInt());
            in.readInt();
            out.writeInt(items);
            out.write(in.readNBytes((bytesPerItem > 1 ? 8 : 0) + items * bytesPerItem));
        }
    }
}
