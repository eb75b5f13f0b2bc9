package io.github.dl4jep.cli.inspect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.github.dl4jep.cli.data.format.RowFormat;
import io.github.dl4jep.cli.data.format.SequenceShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.model.Position;
import io.github.dl4jep.cli.report.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A report in words, or as JSON. */
public final class ModelText {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final int SHOWN = 12;

    private ModelText() {}

    /**
     * Writes a report as JSON.
     *
     * @param report the report
     * @return the text
     */
    public static String json(ModelReport report) {
        try {
            return JSON.writeValueAsString(report);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The report cannot be written.", e);
        }
    }

    /**
     * Writes a report in words.
     *
     * @param report the report
     * @return the lines
     */
    public static List<String> lines(ModelReport report) {
        List<String> lines = new ArrayList<>();
        lines.add((report.network() == null ? "Network" : "Network " + report.network()) + ", "
                + (report.kind().equals("graph") ? "a graph" : "a list of layers")
                + ", trained by expectation propagation");
        lines.add("");
        lines.addAll(table(report));
        lines.add("");
        lines.add(String.format(
                Locale.ROOT,
                "weights      %,d weights and biases in %,d parameters; the sign of %s is certain (|mean| > 2 sd)",
                report.weights(),
                report.parameters(),
                percent(report.certainShare())));
        report.outputs().forEach(output -> lines.add("noise        " + noise(output)));
        lines.add("counters     " + counters(report));
        lines.add("normalizer   " + normalizer(report));
        RowFormat rows = report.rows();
        if (rows != null) {
            lines.add("inputs       " + inputs(rows));
            lines.add("outputs      " + outputs(rows));
        }
        if (report.settings() != null) {
            lines.add("trained by   dl4j-ep train "
                    + report.settings().entrySet().stream()
                            .map(option -> option.getKey() + " " + option.getValue())
                            .collect(Collectors.joining(" ")));
        }
        return lines;
    }

    private static List<String> table(ModelReport report) {
        TextTable table = new TextTable();
        table.add(List.of("layer", "type", "shape", "unit", "prior", "weights", "biases", "certain sign", "rms sd"));
        for (LayerReport layer : report.layers()) {
            long count = layer.weights() + layer.biases();
            Double deviation = layer.meanDeviation();
            table.add(List.of(
                    layer.name(),
                    layer.type(),
                    orDash(layer.shape()),
                    orDash(layer.unit()),
                    orDash(layer.prior()),
                    String.format(Locale.ROOT, "%,d", layer.weights()),
                    String.format(Locale.ROOT, "%,d", layer.biases()),
                    count == 0 ? "-" : percent((double) layer.certain() / count),
                    deviation == null ? "-" : number(deviation)));
        }
        return table.lines();
    }

    private static String noise(NoiseReport output) {
        List<Double> deviation = output.noiseDeviation();
        if (deviation != null) {
            return "standard deviation " + numbers(deviation) + " in "
                    + (Boolean.TRUE.equals(output.labelUnits())
                            ? "the units of the label"
                            : "units of the labels in training")
                    + ", " + output.likelihood();
        }
        return output.learned().entrySet().stream()
                .map(parameter -> parameter.getKey() + " " + numbers(parameter.getValue()))
                .collect(Collectors.joining("; ", "", ", " + output.likelihood()));
    }

    private static String counters(ModelReport report) {
        Position position = report.position();
        String counts = report.iterations() + " batches in " + report.passes() + " complete passes";
        return position == null || position.batch() == 0
                ? counts
                : counts + " and " + position.batch() + " batches of the next (a checkpoint)";
    }

    private static String normalizer(ModelReport report) {
        return report.normalizer() == null ? "none in the file" : "DL4J's " + report.normalizer();
    }

    private static String inputs(RowFormat rows) {
        if (rows.image() != null) {
            return "images of " + rows.image() + ", (pixel / " + number(rows.pixelUnit()) + " - "
                    + numbers(rows.means()) + ") / " + numbers(rows.deviations());
        }
        List<String> names = rows.inputNames();
        List<String> inputs = new ArrayList<>();
        for (int c = 0; c < Math.min(SHOWN, names.size()); c++) {
            inputs.add(
                    scaled(names.get(c), rows.means().get(c), rows.deviations().get(c)));
        }
        String columns = (rows.sequence() == null ? "" : "sequences of ")
                + rows.columns().size()
                + (rows.columns().size() == 1 ? " column" : " columns")
                + (names.size() == rows.columns().size() ? ": " : " as " + names.size() + " inputs: ");
        return columns + String.join(", ", inputs) + (names.size() > SHOWN ? ", ..." : "");
    }

    private static String outputs(RowFormat rows) {
        SequenceShape sequence = rows.sequence();
        String place = sequence == null
                ? ""
                : sequence.everyStep() ? ", at every step" : ", with one label for the whole sequence";
        return label(rows) + place;
    }

    private static String label(RowFormat rows) {
        return rows.task() == Task.REGRESSION
                ? "the number " + rows.label() + ", " + scaled(rows.label(), rows.targetMean(), rows.targetDeviation())
                : rows.classes().size() + " classes: "
                        + rows.classes().stream().limit(SHOWN).collect(Collectors.joining(", "))
                        + (rows.classes().size() > SHOWN ? ", ..." : "");
    }

    private static String scaled(String column, double mean, double deviation) {
        if (mean == 0 && deviation == 1) {
            return column;
        }
        return "(" + column + (mean < 0 ? " + " : " - ") + number(Math.abs(mean)) + ") / " + number(deviation);
    }

    private static String numbers(List<Double> values) {
        return values.stream().limit(SHOWN).map(ModelText::number).collect(Collectors.joining(", "))
                + (values.size() > SHOWN ? ", ..." : "");
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private static String orDash(@Nullable String text) {
        return Objects.requireNonNullElse(text, "-");
    }
}
