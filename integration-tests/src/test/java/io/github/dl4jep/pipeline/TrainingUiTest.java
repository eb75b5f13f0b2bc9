package io.github.dl4jep.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.deeplearning4j.ui.VertxUIServer;
import org.deeplearning4j.ui.model.stats.StatsListener;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DL4J's training UI on a run of EP: its pages answer, and a browser draws their charts. */
class TrainingUiTest {

    private static VertxUIServer server;

    @TempDir
    private Path folder;

    @BeforeAll
    static void trainWithTheUi() throws InterruptedException {
        server = VertxUIServer.getInstance(0, false, null);
        InMemoryStatsStorage storage = new InMemoryStatsStorage();
        server.attach(storage);
        EpMultiLayerNetwork network = EpNetworks.from(Flowers.layers());
        network.setListeners(new StatsListener(storage, 1));
        for (int pass = 0; pass < 4; pass++) {
            network.fit(Flowers.batches(Flowers.data(150, 1)));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        VertxUIServer.stopInstance();
    }

    private static String get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.getAddress() + path))
                .timeout(Duration.ofSeconds(30))
                .build();
        HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(path).isEqualTo(200);
        return response.body();
    }

    /** The server takes reports in every half second. */
    private static JsonNode dataWithScores() throws IOException, InterruptedException {
        JsonNode data = new ObjectMapper().readTree(get("/train/overview/data"));
        for (int tries = 0; data.path("scores").size() < 20 && tries < 60; tries++) {
            Thread.sleep(250);
            data = new ObjectMapper().readTree(get("/train/overview/data"));
        }
        return data;
    }

    @Test
    void theOverviewHasScoresRatiosAndDeviations() throws IOException, InterruptedException {
        assertThat(get("/train/overview")).contains("scoreiterchart").contains("updateRatioChart");
        JsonNode data = dataWithScores();
        assertThat(data.path("scores")).hasSize(20);
        assertThat(data.path("scores").get(19).asDouble())
                .isLessThan(data.path("scores").get(0).asDouble() / 2);
        for (String weights : new String[] {"0_W", "1_W"}) {
            assertThat(data.path("updateRatios").path(weights)).hasSize(20);
            assertThat(data.path("updateRatios").path(weights).get(19).asDouble())
                    .isBetween(1e-5, 1.0);
            assertThat(data.path("stdevUpdates").path(weights).get(19).asDouble())
                    .isPositive();
        }
        assertThat(data.path("stdevActivations").path("0").get(19).asDouble()).isPositive();
    }

    @Test
    void theModelPageHasTheLayersAndTheirHistograms() throws IOException, InterruptedException {
        dataWithScores();
        assertThat(get("/train/model")).contains("parametershistogram");
        JsonNode graph = new ObjectMapper().readTree(get("/train/model/graph"));
        assertThat(graph.path("vertexNames").toString()).contains("layer0").contains("layer1");
        JsonNode layer = new ObjectMapper().readTree(get("/train/model/data/1"));
        assertThat(layer.path("meanMag").path("ratios").path("W")).hasSize(20);
        JsonNode histogram = layer.path("paramHist").path("W");
        int weights = 0;
        for (JsonNode count : histogram.path("counts")) {
            weights += count.asInt();
        }
        assertThat(weights).isEqualTo(4 * 16);
        assertThat(layer.path("paramHist").has("WDeviation")).isTrue();
    }

    @Test
    void aBrowserDrawsTheCharts() throws IOException, InterruptedException {
        Optional<Path> chromium = Browser.installed();
        assumeTrue(chromium.isPresent(), "needs Chromium in /usr/bin, /usr/local/bin or /snap/bin");
        dataWithScores();
        try (Browser browser =
                Browser.open(chromium.get(), folder.resolve("overview"), server.getAddress() + "/train/overview")) {
            boolean drawn = browser.becomesTrue(areDrawn("scoreiterchart", "updateRatioChart", "stdevChart"));
            keep(browser, "training-ui-overview.png");
            assertThat(drawn).isTrue();
            assertThat(browser.evaluate("document.getElementById('updateRatioChart').innerText")
                            .asText())
                    .contains("0_W")
                    .contains("1_W");
        }
        try (Browser browser =
                Browser.open(chromium.get(), folder.resolve("model"), server.getAddress() + "/train/model")) {
            assertThat(browser.becomesTrue("document.querySelectorAll('#layers canvas').length > 0"))
                    .isTrue();
            browser.evaluate("setSelectedVertex(1); renderModelPage(true);");
            boolean drawn = browser.becomesTrue(areDrawn("meanmag", "activations", "parametershistogram"));
            keep(browser, "training-ui-model.png");
            assertThat(drawn).isTrue();
        }
    }

    /** Whether each chart's canvas has any pixel that is not transparent. */
    private static String areDrawn(String... charts) {
        return "['" + String.join("', '", charts) + "'].every(chart => {"
                + " const c = document.querySelector('#' + chart + ' canvas');"
                + " return c && c.width && c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v != 0);"
                + " })";
    }

    private static void keep(Browser browser, String name) throws IOException, InterruptedException {
        Files.write(Path.of("target", name), Base64.getDecoder().decode(browser.screenshot()));
    }
}
