package io.github.dl4jep.cli.report;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import io.github.dl4jep.cli.compare.ComparisonResult;
import io.github.dl4jep.cli.compare.DataFacts;
import io.github.dl4jep.cli.compare.Run;
import io.github.dl4jep.cli.data.format.SequenceShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.TrainingSample;
import io.github.dl4jep.cli.metric.Diagnostics;
import io.github.dl4jep.cli.metric.IntervalCoverage;
import io.github.dl4jep.cli.plot.ComparisonPlots;
import io.github.dl4jep.cli.plot.TrainerStyle;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The page of a comparison: the template {@code comparison.html.mustache}, filled. It needs no network and no other file, has no
 * scripts, and is XHTML as well as HTML. Mustache escapes every value.
 */
final class ComparisonPage {
    private static final String TEMPLATE = "comparison.html.mustache";

    private final ComparisonResult result;
    private final RunFacts facts;
    private final List<DrawnPlot> plots;

    ComparisonPage(ComparisonResult result, RunFacts facts, List<DrawnPlot> plots) {
        this.result = result;
        this.facts = facts;
        this.plots = plots;
    }

    /** A row of a table that begins with a trainer, in its colour. */
    private record TrainerRow(String trainer, String color, List<String> cells) {
        static TrainerRow of(String trainer, List<String> cells) {
            return new TrainerRow(trainer, TrainerStyle.of(trainer).css(), cells);
        }
    }

    /** A name and what it stands for. */
    private record Fact(String name, String value) {}

    /** The whole page. */
    String html() {
        try (InputStream stream = Objects.requireNonNull(ComparisonPage.class.getResourceAsStream(TEMPLATE), TEMPLATE);
                Reader reader = new InputStreamReader(stream, StandardCharsets.UTF_8)) {
            Template template = Mustache.compiler().compile(reader);
            return template.execute(values());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, Object> values() {
        ComparisonTable table = new ComparisonTable(result);
        List<List<String>> rows = table.rows();
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("data", result.data());
        values.put("network", result.network());
        values.put("verdict", table.sentence());
        values.put("heading", table.heading().subList(1, table.heading().size()));
        values.put(
                "figures",
                rows.stream()
                        .map(row -> TrainerRow.of(row.get(0), row.subList(1, row.size())))
                        .toList());
        values.put("classification", result.facts().task() == Task.CLASSIFICATION);
        values.put("regression", result.facts().task() == Task.REGRESSION);
        values.put("plots", plots.stream().map(ComparisonPage::values).toList());
        values.put("coverage", coverage());
        values.put("levels", levels());
        values.put("facts", facts());
        values.put("settings", settings());
        values.put("command", facts.command());
        return values;
    }

    private static Map<String, Object> values(DrawnPlot plot) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("title", plot.title());
        values.put("caption", plot.caption());
        values.put("image", plot.image() == null ? List.of() : plot.image());
        values.put("failure", plot.failure() == null ? List.of() : plot.failure());
        return values;
    }

    private static List<String> levels() {
        return IntervalCoverage.LEVELS.stream()
                .map(level -> String.format(Locale.ROOT, "%.0f %%", 100 * level))
                .toList();
    }

    /** Empty for classes. */
    private List<TrainerRow> coverage() {
        List<TrainerRow> rows = new ArrayList<>();
        ComparisonPlots.numbers(result)
                .forEach((trainer, numbers) -> rows.add(TrainerRow.of(trainer, percentages(numbers))));
        return rows;
    }

    private static List<String> percentages(Diagnostics.Numbers numbers) {
        return IntStream.range(0, IntervalCoverage.LEVELS.size())
                .mapToObj(level -> String.format(
                        Locale.ROOT, "%.1f %%", 100 * numbers.coverage().observed(level)))
                .toList();
    }

    private List<Fact> facts() {
        DataFacts data = result.facts();
        List<Fact> list = new ArrayList<>();
        list.add(new Fact("Data", result.data() + ": " + description(data)));
        list.add(new Fact(
                "Network",
                result.network() + String.format(Locale.ROOT, ", %,d weights and biases", result.parameters())));
        list.add(new Fact("Passes", String.valueOf(result.passes())));
        String kind = data.sequence() == null ? "rows" : "sequences";
        list.add(new Fact("Batch", result.batch() + " " + kind));
        list.add(new Fact("Training " + kind, sample()));
        list.add(new Fact("Seed", range(result.runs().stream().map(Run::seed))));
        list.add(new Fact("Split", range(result.runs().stream().map(run -> (long) run.split()))));
        if (!result.repeats().isEmpty()) {
            list.add(new Fact("Figures", "means of " + result.repeats() + "; +- is the standard error"));
        }
        facts.versions().forEach(version -> list.add(new Fact("Made with", version)));
        return list;
    }

    private static String description(DataFacts data) {
        SequenceShape sequence = data.sequence();
        String kind = sequence == null ? "rows" : "sequences";
        String rows = String.format(
                Locale.ROOT,
                "%,d training %s and %,d test %s of %,d %s",
                data.trainRows(),
                kind,
                data.testRows(),
                kind,
                data.inputs(),
                data.inputs() == 1 ? "input" : "inputs");
        if (sequence != null) {
            rows += String.format(
                    Locale.ROOT,
                    " and up to %,d steps, with %s",
                    sequence.longest(),
                    sequence.everyStep() ? "a label at every step" : "one label each");
        }
        String images = data.image() == null ? "" : " (images " + data.image() + ")";
        String labels =
                data.task() == Task.CLASSIFICATION ? ", " + data.outputs() + " classes" : ", one number to predict";
        return rows + images + labels;
    }

    private String sample() {
        TrainingSample sample = result.sample();
        String rows = sample.fraction() < 1 ? percent(sample.fraction()) + " of all" : "all";
        return rows
                + (sample.labelNoise() > 0 ? ", " + percent(sample.labelNoise()) + " of them with a wrong class" : "");
    }

    private static String percent(double part) {
        return Math.round(10_000 * part) / 100.0 + " %";
    }

    private static String range(Stream<Long> numbers) {
        List<Long> sorted = numbers.distinct().sorted().toList();
        String first = String.valueOf(sorted.get(0));
        return sorted.size() == 1 ? first : first + " to " + sorted.get(sorted.size() - 1);
    }

    /** The settings of every trainer, as they were in its first run. */
    private List<TrainerRow> settings() {
        List<TrainerRow> rows = new ArrayList<>();
        result.byTrainer().forEach((trainer, runs) -> {
            List<String> options = new ArrayList<>();
            runs.get(0).options().forEach((name, value) -> options.add(name + " = " + value));
            rows.add(TrainerRow.of(trainer, List.of(String.join(", ", options))));
        });
        return rows;
    }
}
