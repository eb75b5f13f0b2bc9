package io.github.dl4jep.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** Whatever happened to a file: one kind of exception, which says where. */
class DamagedFileTest {

    /** Layer 0: 9 -> 5 ternary, one scale per output, bias. Layer 1: 5 -> 3 float, bias. */
    private static final byte[] FILE = bytes(CompactNetwork.of(List.of(
            CompactLayer.discrete(
                    signs(9, 5), new double[] {1, 2, 3, 4, 5}, new double[] {.5, 0, 0, 0, 0}, CompactUnit.HEAVISIDE),
            CompactLayer.continuous(new float[5][3], new double[3], CompactUnit.SOFTMAX))));

    private static final int LAYER_0 = 16;
    private static final int LAYER_1 = 28;
    private static final int PAYLOAD = 40;

    private static byte[][] signs(int inputs, int outputs) {
        byte[][] signs = new byte[inputs][outputs];
        for (int i = 0; i < inputs * outputs; i++) {
            signs[i / outputs][i % outputs] = (byte) (i % 3 - 1);
        }
        return signs;
    }

    static byte[] bytes(CompactNetwork network) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            network.write(out);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    private static CompactNetwork read(byte[] bytes) throws IOException {
        return CompactNetwork.read(new ByteArrayInputStream(bytes));
    }

    @Test
    void undamagedFileIsRead() throws IOException {
        assertThat(bytes(read(FILE))).isEqualTo(FILE);
    }

    @Test
    void everyFlippedBitIsNoticed() {
        for (int bit = 0; bit < 8 * FILE.length; bit++) {
            byte[] damaged = FILE.clone();
            damaged[bit / 8] ^= (byte) (1 << (bit % 8));
            assertDamaged(damaged);
        }
    }

    @Test
    void everyCutIsNoticed() {
        for (int length = 0; length < FILE.length; length++) {
            assertDamaged(Arrays.copyOf(FILE, length));
        }
        assertDamaged(Arrays.copyOf(FILE, FILE.length + 1));
    }

    @Test
    void randomDamageIsNoticed() {
        Random random = new Random(20);
        byte[] larger = bytes(RandomNetworks.of(random, WeightKind.BINARY, WeightKind.BINARY, 70, 65, 64, 10));
        for (int i = 0; i < 3000; i++) {
            byte[] original = random.nextBoolean() ? FILE : larger;
            byte[] damaged = damage(original.clone(), random);
            if (!Arrays.equals(damaged, original)) {
                assertDamaged(damaged);
            }
        }
    }

    /** Some bytes anywhere, or a wrong header, or a piece moved, or a cut. */
    private static byte[] damage(byte[] bytes, Random random) {
        int from = random.nextInt(bytes.length);
        int length = 1 + random.nextInt(Math.min(32, bytes.length - from));
        switch (random.nextInt(4)) {
            case 0 -> System.arraycopy(random(random, length), 0, bytes, from, length);
            case 1 -> bytes[random.nextInt(PAYLOAD)] = (byte) random.nextInt();
            case 2 -> System.arraycopy(bytes, from, bytes, random.nextInt(bytes.length - length + 1), length);
            default -> {
                return Arrays.copyOf(bytes, from);
            }
        }
        return bytes;
    }

    private static byte[] random(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** The same with a checksum that fits: an error, or a network that is what the file says, and answers with numbers. */
    @Test
    void randomContentWithRightChecksumIsCheckedValueByValue() throws IOException {
        Random random = new Random(21);
        for (int i = 0; i < 3000; i++) {
            byte[] damaged = FILE.clone();
            damaged[random.nextInt(damaged.length - 4)] = (byte) random.nextInt();
            sign(damaged);
            try {
                CompactNetwork network = read(damaged);
                assertThat(bytes(network)).isEqualTo(damaged);
                float[][] features = largeNumbers(random, network.inputs());
                assertNumbers(network.potentials(features));
                assertNumbers(network.output(features));
            } catch (CompactFormatException e) {
                assertThat(e).hasMessageStartingWith("Compact network file, byte ");
            }
        }
    }

    private static float[][] largeNumbers(Random random, int inputs) {
        float[][] rows = new float[4][inputs];
        for (float[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) (random.nextGaussian() * Math.exp(80 * random.nextDouble()));
            }
        }
        return rows;
    }

    private static void assertNumbers(double[][] rows) {
        for (double[] row : rows) {
            for (double value : row) {
                assertThat(value).isFinite();
            }
        }
    }

    private static void sign(byte[] file) {
        CRC32 checksum = new CRC32();
        checksum.update(file, 0, file.length - 4);
        ByteBuffer.wrap(file).putInt(file.length - 4, (int) checksum.getValue());
    }

    private static void assertDamaged(byte[] bytes) {
        assertThatThrownBy(() -> read(bytes))
                .isInstanceOf(CompactFormatException.class)
                .hasMessageStartingWith("Compact network file, byte ");
    }

    @Test
    void messages() {
        String damaged = ". The file is damaged: fetch or write it again";
        assertMessage(
                f -> f.putInt(0, 0x89504e47),
                0,
                "the first four bytes are 89504e47, a compact network begins with"
                        + " 4550434e (EPCN). Give a file that CompactNetwork.write has written");
        assertMessage(
                f -> f.putShort(4, (short) 2),
                4,
                "the version of the format is 2, this reader knows 1."
                        + " Use the release that wrote the file, or write it again with this one");
        assertMessage(
                f -> f.putShort(6, (short) -1), 6, "the number of layers is 65535, allowed are 1 to 1024" + damaged);
        assertMessage(
                f -> f.putLong(8, 1L << 40),
                8,
                "the length is stated as 1099511627776, the table of layers makes it " + FILE.length + damaged);
        assertMessage(
                f -> f.put(LAYER_0, (byte) 9),
                16,
                "layer 0: the kind of weights is 9, allowed are 1, 2 and 3" + damaged);
        assertMessage(
                f -> f.put(LAYER_0 + 1, (byte) 7), 17, "layer 0: the unit is 7, allowed are 1, 2, 3 and 4" + damaged);
        assertMessage(f -> f.put(LAYER_1 + 2, (byte) 2), 30, "layer 1: the flags are 2, allowed are 0 to 1" + damaged);
        assertMessage(f -> f.put(LAYER_0 + 3, (byte) 1), 19, "layer 0: the reserved byte is 1, allowed is 0" + damaged);
        assertMessage(
                f -> f.putInt(LAYER_0 + 4, -1),
                20,
                "layer 0: Number of inputs is -1, allowed are 1 to 16777216" + damaged);
        assertMessage(
                f -> f.putInt(LAYER_1 + 4, 6), 32, "layer 1: it has 6 inputs, the layer before it 5 outputs" + damaged);
        assertMessage(
                f -> f.put(LAYER_0, (byte) 3).put(LAYER_0 + 2, (byte) 0),
                16,
                "layer 0: a hidden layer has weights of the" + " kind FLOAT, allowed are BINARY and TERNARY" + damaged);
        assertMessage(f -> f.put(PAYLOAD, (byte) 0), FILE.length - 4, "the checksum is ");
    }

    @Test
    void valuesWhoseSumsWouldBeInfiniteAreRefused() {
        for (Consumer<ByteBuffer> change : List.<Consumer<ByteBuffer>>of(
                f -> f.putDouble(PAYLOAD + 8, 1e300), f -> f.putDouble(PAYLOAD + 40, -1e300))) {
            ByteBuffer file = ByteBuffer.wrap(FILE.clone());
            signed(change).accept(file);
            assertThatThrownBy(() -> read(file.array()))
                    .isInstanceOf(CompactFormatException.class)
                    .hasMessageContaining("1.0E300, allowed are ");
        }
    }

    @Test
    void messagesWithRightChecksum() {
        String fault = ". The program that wrote the file is at fault: write it again with CompactNetwork.write";
        assertMessage(
                signed(f -> f.putDouble(PAYLOAD + 8, -1)),
                48,
                "layer 0: scale 1 is -1.0, allowed are positive numbers up to 1.0E100" + fault);
        assertMessage(
                signed(f -> f.putDouble(PAYLOAD + 40, Double.NaN)),
                80,
                "layer 0: bias 0 is NaN, allowed are numbers from -1.0E100 to 1.0E100" + fault);
        assertMessage(
                signed(f -> f.put(PAYLOAD + 81, (byte) 2)),
                121,
                "layer 0: unit 0 has bits behind its last input," + " allowed is 0" + fault);
        assertMessage(
                signed(f -> f.put(PAYLOAD + 80, (byte) -1).put(PAYLOAD + 90, (byte) -1)),
                130,
                "layer 0: a weight is" + " marked as +c and as -c" + fault);
        assertMessage(
                signed(f -> f.putFloat(PAYLOAD + 124, Float.POSITIVE_INFINITY)),
                164,
                "layer 1: a weight is Infinity," + " allowed are finite numbers" + fault);
    }

    private static Consumer<ByteBuffer> signed(Consumer<ByteBuffer> change) {
        return change.andThen(file -> sign(file.array()));
    }

    private static void assertMessage(Consumer<ByteBuffer> change, int offset, String message) {
        ByteBuffer file = ByteBuffer.wrap(FILE.clone());
        change.accept(file);
        assertThatThrownBy(() -> read(file.array()))
                .isInstanceOfSatisfying(
                        CompactFormatException.class,
                        e -> assertThat(e.offset()).isEqualTo(offset))
                .hasMessageStartingWith("Compact network file, byte " + offset + ": " + message);
    }

    @Test
    void cutAndLengthenedFilesSaySo() {
        assertThatThrownBy(() -> read(new byte[0]))
                .hasMessage("Compact network file, byte 0: the file ends inside the header (16 bytes from byte 0 on)."
                        + " The file is cut off: fetch or write it again");
        assertThatThrownBy(() -> read(Arrays.copyOf(FILE, FILE.length - 5)))
                .hasMessageContaining("the file ends inside the weights");
        assertThatThrownBy(() -> read(Arrays.copyOf(FILE, FILE.length + 5)))
                .hasMessageContaining("more bytes follow, although the length is stated as " + FILE.length);
    }

    /** A file that promises two gigabytes and has a few bytes: no memory is taken for what is not there. */
    @Test
    void largePromisesCostNothing() {
        ByteBuffer file = ByteBuffer.wrap(new byte[100]);
        long payload = 8 + (1L << 24) * 125;
        file.putInt(CompactLayout.MAGIC).putShort((short) 1).putShort((short) 1).putLong(16 + 12 + payload + 4);
        file.put(new byte[] {1, 2, 0, 0}).putInt(1000).putInt(1 << 24);
        Runtime runtime = Runtime.getRuntime();
        long before = runtime.totalMemory() - runtime.freeMemory();

        assertDamaged(file.array());

        assertThat(runtime.totalMemory() - runtime.freeMemory() - before).isLessThan(100L << 20);
    }
}
