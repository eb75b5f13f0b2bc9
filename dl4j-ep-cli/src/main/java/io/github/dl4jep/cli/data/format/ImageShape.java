package io.github.dl4jep.cli.data.format;

import io.github.dl4jep.cli.failure.UserException;

/**
 * The shape of the images that rows hold, channel by channel, each line by line.
 *
 * @param height lines
 * @param width pixels in a line
 * @param channels 1 for grey values, 3 for blue, green and red
 */
public record ImageShape(int height, int width, int channels) {
    /**
     * Reads the option {@code --image-size}.
     *
     * @param text {@code HEIGHTxWIDTHxCHANNELS}, for example {@code 28x28x1}
     * @return the shape
     * @throws UserException if it is something else
     */
    public static ImageShape parse(String text) {
        String[] numbers = text.split("x", -1);
        boolean three = numbers.length == 3 && text.matches("[1-9]\\d{0,4}x[1-9]\\d{0,4}x[13]");
        if (!three) {
            throw new UserException("--image-size is \"" + text
                    + "\", but must be HEIGHTxWIDTHxCHANNELS with 1 or 3 channels (examples are 28x28x1 and 32x32x3).");
        }
        return new ImageShape(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]), Integer.parseInt(numbers[2]));
    }

    /**
     * Returns the length of a row.
     *
     * @return the number of values of an image
     */
    public int length() {
        return Math.multiplyExact(Math.multiplyExact(height, width), channels);
    }

    @Override
    public String toString() {
        return height + "x" + width + "x" + channels;
    }
}
