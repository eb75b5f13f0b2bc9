package io.github.dl4jep.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.cli.compare.ComparisonResult;
import io.github.dl4jep.cli.plot.ComparisonPlots;
import io.github.dl4jep.cli.plot.Comparisons;
import io.github.dl4jep.cli.plot.Plot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

class ComparisonReportTest {
    private static final String EVIL = "csv:<script>alert(\"1\")</script> & 'co'.csv";
    private static final RunFacts FACTS =
            new RunFacts("dl4j-ep compare --data '<b>'", List.of("dl4j-ep 1.0", "Java 17 <i>"));

    @TempDir
    private Path folder;

    @Test
    void everyPlotIsInThePageAndAFile() throws Exception {
        ComparisonResult result = Comparisons.classes("iris", "ep", "adam", "sgd");

        Document page = written(result);

        List<Element> images = elements(page, "img");
        List<Plot> plots = ComparisonPlots.of(result);
        assertThat(images)
                .hasSize(8)
                .extracting(image -> image.getAttribute("alt"))
                .containsExactlyElementsOf(plots.stream().map(Plot::title).toList());
        for (int i = 0; i < plots.size(); i++) {
            String source = images.get(i).getAttribute("src");
            assertThat(source).startsWith("data:image/png;base64,");
            assertThat(Base64.getDecoder().decode(source.substring(source.indexOf(',') + 1)))
                    .isEqualTo(Files.readAllBytes(folder.resolve(plots.get(i).name() + ".png")));
        }
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(9);
        }
    }

    @Test
    void firstComesOneSentenceThenTheFigures() throws Exception {
        ComparisonResult result = Comparisons.classes("iris", "ep", "adam");

        Document page = written(result);

        assertThat(elements(page, "p").get(0).getTextContent())
                .isEqualTo("ep reaches 4.00 % test error after 2 passes; adam 5.00 %.");
        assertThat(cells(page, "figures"))
                .containsExactly(
                        List.of("trainer", "pass", "seconds", "memory MiB", "test error %", "nll", "ece"),
                        List.of("ep", "2", "4.00", "12", "4.00", "0.2000", "0.0200"),
                        List.of("adam", "2", "4.00", "12", "5.00", "0.2000", "0.0200"));
        assertThat(cells(page, "settings")).contains(List.of("adam", "learningRate = 0.1"));
        assertThat(page.getDocumentElement().getTextContent())
                .contains("1,200 training rows and 4 test rows of 784 inputs (images 28x28x1), 2 classes")
                .contains("mlp:50, 1,234 weights and biases");
    }

    @Test
    void numbersHaveATableOfTheCoverage() throws Exception {
        Document page = written(Comparisons.numbers("uci:yacht", "ep", "adam"));

        assertThat(elements(page, "img")).hasSize(7);
        assertThat(cells(page, "coverage"))
                .containsExactly(
                        List.of("expected", "50 %", "90 %", "95 %"),
                        List.of("ep", "45.0 %", "92.5 %", "97.5 %"),
                        List.of("adam", "45.0 %", "92.5 %", "97.5 %"));
        assertThat(page.getDocumentElement().getTextContent())
                .contains("2 splits")
                .doesNotContain("classes");
    }

    /** The parser would fail on an element that is not closed; what it reads is what was meant. */
    @Test
    void everythingIsEscaped() throws Exception {
        Document page = written(Comparisons.classes(EVIL, "ep"));

        assertThat(elements(page, "script")).isEmpty();
        assertThat(elements(page, "b")).isEmpty();
        assertThat(elements(page, "i")).isEmpty();
        assertThat(elements(page, "h1").get(0).getTextContent()).contains(EVIL);
        assertThat(elements(page, "title").get(0).getTextContent()).contains(EVIL);
        assertThat(elements(page, "pre").get(0).getTextContent()).isEqualTo(FACTS.command());
    }

    @Test
    void nothingIsLoadedAndPhonesAndPrintersAreThoughtOf() throws Exception {
        written(Comparisons.classes("iris", "ep"));
        String html = Files.readString(folder.resolve("comparison.html"));

        assertThat(html)
                .startsWith("<!DOCTYPE html>")
                .contains("width=device-width", "@media print")
                .doesNotContainIgnoringCase("http:")
                .doesNotContainIgnoringCase("https:")
                .doesNotContainIgnoringCase("<link")
                .doesNotContainIgnoringCase("@import")
                .doesNotContain("url(")
                .doesNotContain("{{");
    }

    @Test
    void aPlotThatFailsTakesNothingWithIt() throws Exception {
        ComparisonResult result = Comparisons.classes("iris", "ep");
        OutputFolder out = OutputFolder.prepare(folder);
        Path json = out.write(result);
        List<Plot> plots = new ArrayList<>(ComparisonPlots.of(result));
        plots.set(1, new Plot("broken", "Broken <plot>", "Caption.", () -> {
            throw new InternalError("no fonts");
        }));

        new ComparisonReport(result, FACTS).write(out, plots);

        Document page = parsed();
        assertThat(elements(page, "img")).hasSize(plots.size() - 1);
        assertThat(elements(page, "p"))
                .extracting(Element::getTextContent)
                .contains("The plot “Broken <plot>” could not be drawn: no fonts.");
        assertThat(json).content().contains("\"trainer\" : \"ep\"");
        assertThat(folder.resolve("broken.png")).doesNotExist();
    }

    @Test
    void theCommandCanBePastedIntoAShell() {
        RunFacts facts = RunFacts.of("dl4j-ep 1", List.of("compare", "--data", "csv:my file.csv", "--label", "it's"));

        assertThat(facts.command()).isEqualTo("dl4j-ep compare --data 'csv:my file.csv' --label 'it'\\''s'");
        assertThat(facts.versions()).anyMatch(line -> line.contains("Deeplearning4j 1.0.0-M2.1"));
    }

    private Document written(ComparisonResult result) throws Exception {
        new ComparisonReport(result, FACTS).write(OutputFolder.prepare(folder));
        return parsed();
    }

    private Document parsed() throws IOException, ParserConfigurationException, SAXException {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(folder.resolve("comparison.html").toFile());
    }

    private static List<List<String>> cells(Document page, String table) {
        Element found = elements(page, "table").stream()
                .filter(element -> element.getAttribute("id").equals(table))
                .findFirst()
                .orElseThrow();
        return elements(found.getElementsByTagName("tr")).stream()
                .map(row -> elements(row.getChildNodes()).stream()
                        .map(Element::getTextContent)
                        .toList())
                .toList();
    }

    private static List<Element> elements(Document page, String name) {
        return elements(page.getElementsByTagName(name));
    }

    private static List<Element> elements(NodeList nodes) {
        return IntStream.range(0, nodes.getLength())
                .mapToObj(nodes::item)
                .filter(Element.class::isInstance)
                .map(Element.class::cast)
                .toList();
    }
}
