package io.github.dl4jep.cli.plot;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import org.knowm.xchart.internal.chartpart.Chart;

/** Draws a chart as PNG, with twice as many pixels as it has units, so that it stays sharp on fine screens and in print. */
public final class PlotImage {
    private static final int SCALE = 2;

    private PlotImage() {}

    /**
     * Draws a plot.
     *
     * @param plot the plot
     * @return the bytes of a PNG file
     */
    public static byte[] png(Plot plot) {
        Chart<?, ?> chart = plot.chart().get();
        BufferedImage image =
                new BufferedImage(SCALE * chart.getWidth(), SCALE * chart.getHeight(), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.scale(SCALE, SCALE);
            chart.paint(graphics, chart.getWidth(), chart.getHeight());
        } finally {
            graphics.dispose();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
