package io.github.dl4jep.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Headless Chromium, driven through its own debugging protocol. */
final class Browser implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long PATIENCE_SECONDS = 30;

    private final Process process;
    private final BlockingQueue<JsonNode> answers = new LinkedBlockingQueue<>();
    private final WebSocket socket;
    private int calls;

    private Browser(Process process, URI page) {
        this.process = process;
        this.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(page, new Receiver())
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /** The program, if it is installed. */
    static Optional<Path> installed() {
        return Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Stream.of("/usr/bin", "/usr/local/bin", "/snap/bin")
                        .map(Path::of)
                        .map(bin -> bin.resolve(name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Opens a page; the profile folder must be empty. */
    static Browser open(Path program, Path profile, String address) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        program.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--window-size=1400,1800",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        address))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return new Browser(process, page(profile.resolve("DevToolsActivePort")));
        } catch (IOException | InterruptedException | RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** The browser writes its port into its profile. */
    private static URI page(Path portFile) throws IOException, InterruptedException {
        for (long waited = 0; waited < PATIENCE_SECONDS * 10; waited++) {
            if (Files.exists(portFile) && !Files.readString(portFile).isBlank()) {
                HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                + Files.readAllLines(portFile).get(0) + "/json/list"))
                        .timeout(Duration.ofSeconds(PATIENCE_SECONDS))
                        .build();
                String targets = HttpClient.newHttpClient()
                        .send(request, HttpResponse.BodyHandlers.ofString())
                        .body();
                for (JsonNode target : JSON.readTree(targets)) {
                    if (target.path("type").asText().equals("page")) {
                        return URI.create(target.path("webSocketDebuggerUrl").asText());
                    }
                }
            }
            Thread.sleep(100);
        }
        throw new IOException("the browser opened no page");
    }

    /** The value of a JavaScript expression. */
    JsonNode evaluate(String expression) throws IOException, InterruptedException {
        return call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true))
                .path("result")
                .path("value");
    }

    /** Waits until an expression is true. */
    boolean becomesTrue(String expression) throws IOException, InterruptedException {
        for (int tries = 0; tries < PATIENCE_SECONDS * 4; tries++) {
            if (evaluate(expression).asBoolean()) {
                return true;
            }
            Thread.sleep(250);
        }
        return false;
    }

    /** The page as PNG, base64. */
    String screenshot() throws IOException, InterruptedException {
        return call("Page.captureScreenshot", Map.of("format", "png"))
                .path("data")
                .asText();
    }

    private JsonNode call(String method, Map<String, ?> parameters) throws IOException, InterruptedException {
        int id = ++calls;
        socket.sendText(JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)), true)
                .join();
        JsonNode answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        while (answer != null && answer.path("id").asInt() != id) {
            answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        if (answer == null) {
            throw new IOException("the browser does not answer " + method);
        }
        return answer.path("result");
    }

    @Override
    public void close() throws InterruptedException {
        socket.abort();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private final class Receiver implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                try {
                    answers.add(JSON.readTree(text.toString()));
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
                text.setLength(0);
            }
            from.request(1);
            return null;
        }
    }
}
