package io.github.dl4jep.cli.data.source;

import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.table.TextFiles;
import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Reads image files by OpenCV, as DL4J's {@code NativeImageLoader} does: colours in the order blue, green, red, scaled to one size.
 * Transparent images are laid over white, where that one shows the hidden colours. Pixels of 16 bits lose the lower 8.
 */
final class ImageReader {
    private static final double BYTES_OF_SHORTS = 1 / 257.0;
    private static final int OPAQUE = 255;

    private final ImageShape shape;
    private int transparent;

    /**
     * Creates the reader.
     *
     * @param shape what images are made to be
     */
    ImageReader(ImageShape shape) {
        this.shape = shape;
    }

    /**
     * Returns the size of an image.
     *
     * @param file the file
     * @return height, width, and 1 channel for grey values or 3 for colours
     * @throws UserException if it cannot be read
     */
    @SuppressWarnings("unchecked") // the scope takes classes of pointers as varargs, here none
    static ImageShape shapeOf(Path file) {
        try (PointerScope scope = new PointerScope()) {
            Mat image = decoded(file);
            return new ImageShape(image.rows(), image.cols(), image.channels() == 1 ? 1 : 3);
        }
    }

    /**
     * Reads an image.
     *
     * @param file the file
     * @return unsigned bytes, channel by channel, each line by line
     * @throws UserException if it cannot be read
     */
    @SuppressWarnings("unchecked") // the scope takes classes of pointers as varargs, here none
    byte[] read(Path file) {
        try (PointerScope scope = new PointerScope()) {
            return byChannel(bytes(sized(coloured(overWhite(decoded(file))))));
        }
    }

    private Mat coloured(Mat image) {
        if (image.channels() == shape.channels()) {
            return image;
        }
        boolean grey = shape.channels() == 1;
        Mat coloured = new Mat();
        opencv_imgproc.cvtColor(image, coloured, grey ? opencv_imgproc.COLOR_BGR2GRAY : opencv_imgproc.COLOR_GRAY2BGR);
        return coloured;
    }

    private Mat sized(Mat image) {
        if (image.rows() == shape.height() && image.cols() == shape.width()) {
            return image;
        }
        Mat sized = new Mat();
        opencv_imgproc.resize(image, sized, new Size(shape.width(), shape.height()));
        return sized;
    }

    /** Returns how many of the images that were read have transparent pixels. */
    int transparent() {
        return transparent;
    }

    private byte[] byChannel(byte[] pixels) {
        int channels = shape.channels();
        int count = pixels.length / channels;
        byte[] values = new byte[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            values[i % channels * count + i / channels] = pixels[i];
        }
        return values;
    }

    private static Mat decoded(Path file) {
        Mat image;
        try {
            byte[] bytes = Files.readAllBytes(file);
            Mat content = new Mat(1, bytes.length, opencv_core.CV_8UC1, new BytePointer(bytes));
            image = bytes.length == 0 ? new Mat() : opencv_imgcodecs.imdecode(content, flags(bytes));
        } catch (IOException e) {
            throw new UserException("Cannot read the image " + file + ": " + TextFiles.describe(e) + ".", e);
        } catch (RuntimeException e) {
            throw new UserException("Cannot read the image " + file + ": it is damaged.", e);
        }
        if (image.empty()) {
            throw new UserException("Cannot read the image " + file + ": it is damaged, or no image of its kind.");
        }
        if (image.depth() == opencv_core.CV_16U) {
            image.convertTo(image, opencv_core.CV_8U, BYTES_OF_SHORTS, 0);
        }
        boolean known = image.channels() == 1 || image.channels() == 3 || image.channels() == 4;
        if (image.depth() != opencv_core.CV_8U || !known) {
            throw new UserException(
                    "Cannot read the image " + file + ": its pixels are not 8 or 16 bits of grey or colour.");
        }
        return image;
    }

    /** Transparency is asked for, except in JPEG, which has none: there, an image is turned as its camera was held. */
    private static int flags(byte[] bytes) {
        boolean jpeg = bytes.length > 2 && (bytes[0] & 0xFF) == 0xFF && (bytes[1] & 0xFF) == 0xD8;
        return jpeg
                ? opencv_imgcodecs.IMREAD_ANYDEPTH | opencv_imgcodecs.IMREAD_ANYCOLOR
                : opencv_imgcodecs.IMREAD_UNCHANGED;
    }

    private Mat overWhite(Mat image) {
        if (image.channels() != 4) {
            return image;
        }
        byte[] pixels = bytes(image);
        byte[] opaque = new byte[pixels.length / 4 * 3];
        boolean through = false;
        for (int i = 0; i < pixels.length / 4; i++) {
            int alpha = pixels[4 * i + 3] & 0xFF;
            through |= alpha < OPAQUE;
            for (int c = 0; c < 3; c++) {
                int colour = pixels[4 * i + c] & 0xFF;
                opaque[3 * i + c] = (byte) ((colour * alpha + OPAQUE * (OPAQUE - alpha) + OPAQUE / 2) / OPAQUE);
            }
        }
        transparent += through ? 1 : 0;
        return new Mat(image.rows(), image.cols(), opencv_core.CV_8UC3, new BytePointer(opaque));
    }

    /** The bytes of an image line by line; one that was just made has no gaps between its lines. */
    private static byte[] bytes(Mat image) {
        Mat whole = image.isContinuous() ? image : image.clone();
        byte[] bytes = new byte[Math.multiplyExact(whole.rows() * whole.cols(), whole.channels())];
        whole.data().get(bytes);
        return bytes;
    }
}
