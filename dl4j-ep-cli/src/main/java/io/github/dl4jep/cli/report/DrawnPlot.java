package io.github.dl4jep.cli.report;

import io.github.dl4jep.cli.plot.Plot;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A plot as the page shows it.
 *
 * @param title what it shows
 * @param caption how to read it
 * @param png the bytes of the image, or null if it could not be drawn
 * @param failure why it could not be drawn, or null
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, never changed.
record DrawnPlot(
        String title,
        String caption,
        byte @Nullable [] png,
        @Nullable String failure) {
    static DrawnPlot of(Plot plot, byte[] png) {
        return new DrawnPlot(plot.title(), plot.caption(), png, null);
    }

    static DrawnPlot failed(Plot plot, String reason) {
        return new DrawnPlot(plot.title(), plot.caption(), null, reason);
    }

    /** The image for the page, which needs no other file; null if there is none. */
    @Nullable
    String image() {
        return png == null
                ? null
                : "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
    }
}
