package io.github.dl4jep.cli.data.source;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** Writes folders of small PNG files: the images of class {@code left} are bright on the left, those of {@code right} on the right. */
public final class ImageFolderFixture {
    private ImageFolderFixture() {}

    /** Writes train and test with both classes. */
    public static Path write(Path folder, int perClass, int height, int width) throws IOException {
        Random random = new Random(1);
        for (String half : new String[] {"train", "test"}) {
            for (String name : new String[] {"left", "right"}) {
                Path classFolder = Files.createDirectories(folder.resolve(half).resolve(name));
                for (int i = 0; i < perClass; i++) {
                    write(classFolder.resolve(i + ".png"), image(height, width, name.equals("left"), random));
                }
            }
        }
        return folder;
    }

    private static BufferedImage image(int height, int width, boolean left, Random random) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                boolean bright = left == x < width / 2;
                image.getRaster().setSample(x, y, 0, (bright ? 150 : 50) + random.nextInt(50));
            }
        }
        return image;
    }

    /** Writes one image. */
    static void write(Path file, BufferedImage image) throws IOException {
        ImageIO.write(image, "png", file.toFile());
    }
}
