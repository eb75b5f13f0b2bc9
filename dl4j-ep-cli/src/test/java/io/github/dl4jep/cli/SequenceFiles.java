package io.github.dl4jep.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;

/** Folders of sequences as DL4J's {@code CSVSequenceRecordReader} reads them. */
final class SequenceFiles {
    private SequenceFiles() {}

    static void write(Path folder, String name, String... lines) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n");
    }

    /**
     * Control charts of six kinds: normal, cyclic, rising, falling, and with a step up or down, by the formulas of R. Alcock and
     * Y. Manolopoulos 1999, "Time-Series Similarity Queries Employing a Feature-Based Approach"; of 30 to 40 steps, one label each.
     */
    static void controlCharts(Path folder, int count, long seed) throws IOException {
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            int kind = i % 6;
            int steps = 30 + random.nextInt(11);
            double slope = 0.2 + 0.3 * random.nextDouble();
            double size = 7.5 + 12.5 * random.nextDouble();
            int from = steps / 3 + random.nextInt(steps / 3);
            double period = 10 + 5 * random.nextDouble();
            String[] lines = new String[steps];
            for (int t = 0; t < steps; t++) {
                double shape = switch (kind) {
                    case 1 -> 15 * Math.sin(2 * Math.PI * t / period);
                    case 2 -> slope * t;
                    case 3 -> -slope * t;
                    case 4 -> t >= from ? size : 0;
                    case 5 -> t >= from ? -size : 0;
                    default -> 0;
                };
                double noise = 2 * (2 * random.nextDouble() - 1) * 3;
                lines[t] = String.format(Locale.ROOT, "%.3f", 30 + noise + shape);
            }
            write(folder.resolve("features"), i + ".csv", lines);
            write(folder.resolve("labels"), i + ".csv", "kind" + kind);
        }
    }

    /** Sequences of 8 to 12 steps with the columns push, pull and level, which is 100 + 10 times the sum of all push - pull so far. */
    static void levels(Path folder, int count, long seed) throws IOException {
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            int steps = 8 + random.nextInt(5);
            String[] lines = new String[steps + 1];
            lines[0] = "push,pull,level";
            double level = 0;
            for (int t = 0; t < steps; t++) {
                double push = random.nextDouble();
                double pull = random.nextDouble();
                level = 0.8 * level + push - pull;
                lines[t + 1] = String.format(
                        Locale.ROOT, "%.4f,%.4f,%.4f", push, pull, 100 + 10 * level + 0.5 * random.nextGaussian());
            }
            write(folder, i + ".csv", lines);
        }
    }
}
