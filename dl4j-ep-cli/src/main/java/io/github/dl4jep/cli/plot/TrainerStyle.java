package io.github.dl4jep.cli.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.util.Locale;
import java.util.Map;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * How a trainer looks, the same in every plot and every comparison. Colours are told apart by the colour-blind, and markers differ
 * too.
 *
 * <p>Source of the colours: M. Okabe and K. Ito 2008, "Color Universal Design"; P. Tol 2021, "Colour Schemes", the muted one.
 *
 * @param color of lines, markers and bars
 * @param marker at every point
 */
public record TrainerStyle(Color color, Marker marker) {
    /** For what is not a trainer: the ideal, the expected. */
    static final Color REFERENCE = new Color(0x8A8A8A);

    /** Against every trainer's colour: rows that are predicted wrong. */
    static final Color CONTRAST = new Color(0x222222);

    private static final Map<String, TrainerStyle> KNOWN = Map.ofEntries(
            entry("ep", 0x0072B2, SeriesMarkers.CIRCLE),
            entry("adam", 0xD55E00, SeriesMarkers.SQUARE),
            entry("sgd", 0x009E73, SeriesMarkers.DIAMOND),
            entry("surrogate", 0xCC79A7, SeriesMarkers.TRIANGLE_UP),
            entry("ste", 0xB88600, SeriesMarkers.TRIANGLE_DOWN),
            entry("adamw", 0x882255, SeriesMarkers.SQUARE),
            entry("dropout", 0x332288, SeriesMarkers.DIAMOND),
            entry("ensemble", 0x999933, SeriesMarkers.CIRCLE),
            entry("sparse", 0x117733, SeriesMarkers.CIRCLE),
            entry("cafo", 0x44AA99, SeriesMarkers.TRIANGLE_UP),
            entry("local-critic", 0xAA4499, SeriesMarkers.TRIANGLE_DOWN),
            entry("lr", 0x661100, SeriesMarkers.CROSS),
            // Acquisitions of labels, all of EP.
            entry("bald", 0x0072B2, SeriesMarkers.CIRCLE),
            entry("entropy", 0xD55E00, SeriesMarkers.SQUARE),
            entry("margin", 0x009E73, SeriesMarkers.TRIANGLE_UP),
            entry("random", 0x8A8A8A, SeriesMarkers.DIAMOND));
    private static final TrainerStyle OTHER = new TrainerStyle(new Color(0x56B4E9), SeriesMarkers.CROSS);

    private static Map.Entry<String, TrainerStyle> entry(String trainer, int color, Marker marker) {
        return Map.entry(trainer, new TrainerStyle(new Color(color), marker));
    }

    /**
     * Looks a trainer up.
     *
     * @param trainer its name, perhaps with a value after a colon
     * @return its style, which unknown trainers share
     */
    public static TrainerStyle of(String trainer) {
        return KNOWN.getOrDefault(trainer.split(":", 2)[0], OTHER);
    }

    /**
     * Writes the colour as CSS does.
     *
     * @return for example {@code #0072b2}
     */
    public String css() {
        return String.format(Locale.ROOT, "#%06x", color.getRGB() & 0xFFFFFF);
    }

    BasicStroke line() {
        return SeriesLines.SOLID;
    }
}
