package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.athanor.hub.PullProgress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code pull} as a user types it, against a hub on this machine that has one small model. */
class PullCommandTest {
    private static final Path PARITY = Path.of("..", "core", "src", "test", "resources", "parity", "qwen3");
    private static final String COMMIT = "00112233445566778899aabbccddeeff00112233";

    /** Whether the next answer with weights stops half-way. */
    private static final AtomicBoolean HALF = new AtomicBoolean();

    private static final ExecutorService THREADS = Executors.newCachedThreadPool();

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static HttpServer server;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path home;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Map<String, String> environment;

    @BeforeAll
    static void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", PullCommandTest::answer);
        server.setExecutor(THREADS);
        server.start();
    }

    @AfterAll
    static void stop() {
        server.stop(0);
        THREADS.shutdownNow();
    }

    @BeforeEach
    void setEnvironment() {
        environment = Map.of(
                "HF_ENDPOINT",
                "http://127.0.0.1:" + server.getAddress().getPort(),
                "HF_HOME",
                home.resolve("hf").toString());
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String resolve = "/parity/qwen3/resolve/" + COMMIT + "/";
            byte[] body;
            if (path.equals("/api/models/parity/qwen3/revision/main")) {
                body = list().getBytes(StandardCharsets.UTF_8);
            } else if (path.startsWith(resolve)) {
                body = Files.readAllBytes(PARITY.resolve(path.substring(resolve.length())));
                exchange.getResponseHeaders().add("ETag", "\"" + git(body) + "\"");
            } else {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            exchange.sendResponseHeaders(200, body.length);
            if (path.endsWith("model.safetensors") && HALF.getAndSet(false)) {
                exchange.getResponseBody().write(body, 0, body.length / 2);
                exchange.getResponseBody().flush();
                Thread.sleep(20_000); // until the client is gone or this server stops
            }
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static String list() throws IOException {
        StringBuilder json =
                new StringBuilder("{\"sha\": \"" + COMMIT + "\", \"siblings\": [{\"rfilename\": \"README.md\"}");
        for (String name : List.of("config.json", "model.safetensors")) {
            byte[] bytes = Files.readAllBytes(PARITY.resolve(name));
            json.append(", {\"rfilename\": \"" + name + "\", \"size\": " + bytes.length + ", \"blobId\": \""
                    + git(bytes) + "\"}");
        }
        return json.append("]}").toString();
    }

    private static String git(byte[] bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            digest.update(("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest.digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void pullPrintsTheFolderAndModelNamesOpenIt() throws IOException {
        Outcome pulled = Outcome.of(environment, "pull", "parity/qwen3");
        assertEquals(0, pulled.code(), pulled.err());
        Path snapshot = home.resolve("hf/hub/models--parity--qwen3/snapshots").resolve(COMMIT);
        assertEquals(snapshot + System.lineSeparator(), pulled.out());
        List<String> lines = pulled.err().lines().toList();
        assertEquals(2, lines.size(), "one line a file: " + pulled.err());
        assertTrue(lines.getLast().startsWith("model.safetensors  "), pulled.err());
        assertTrue(lines.getLast().endsWith(", checked"), pulled.err());

        Outcome verified = Outcome.of(
                environment,
                "verify",
                "--model",
                "parity/qwen3",
                "--expected",
                PARITY.resolve("expected.safetensors").toString());
        assertEquals(0, verified.code(), verified.err());
        Outcome local = Outcome.of(
                environment,
                "verify",
                "--model",
                PARITY.toString(),
                "--expected",
                PARITY.resolve("expected.safetensors").toString());
        assertEquals(local.out(), verified.out());
    }

    @Test
    void jsonTellsEveryFile() throws IOException {
        long config = Files.size(PARITY.resolve("config.json"));
        long weights = Files.size(PARITY.resolve("model.safetensors"));
        JsonNode first =
                Outcome.of(environment, "pull", "parity/qwen3", "--json").json();
        assertEquals("parity/qwen3", first.path("name").asString());
        assertEquals("main", first.path("revision").asString());
        assertEquals(COMMIT, first.path("commit").asString());
        assertTrue(Files.isDirectory(Path.of(first.path("path").asString())), first.toString());
        assertEquals(config + weights, first.path("bytes_downloaded").asLong());
        assertEquals(2, first.path("files").size());
        JsonNode file = first.path("files").path(0);
        assertEquals("config.json", file.path("name").asString());
        assertEquals(config, file.path("bytes").asLong());
        assertEquals(
                git(Files.readAllBytes(PARITY.resolve("config.json"))),
                file.path("sha1").asString());
        assertFalse(file.path("cached").asBoolean());
        JsonNode second =
                Outcome.of(environment, "pull", "parity/qwen3", "--json").json();
        assertEquals(0, second.path("bytes_downloaded").asLong());
        assertTrue(second.path("files").path(0).path("cached").asBoolean());
    }

    @Test
    void ctrlCKeepsWhatCameAndSaysHowToGoOn() throws Exception {
        HALF.set(true);
        Process child = Child.start(environment, List.of("pull", "parity/qwen3"));
        Path repository = home.resolve("hf/hub/models--parity--qwen3");
        long half = Files.size(PARITY.resolve("model.safetensors")) / 2;
        Path partial = repository
                .resolve("blobs")
                .resolve(git(Files.readAllBytes(PARITY.resolve("model.safetensors"))) + ".incomplete");
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!(Files.exists(partial) && Files.size(partial) == half)) {
            assertTrue(System.nanoTime() < deadline && child.isAlive(), "the half did not arrive");
            Thread.sleep(20);
        }
        Child.Signal signal = Child.Signal.thatReachesChildren();
        signal.send(child.pid());
        String err = new String(child.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(child.waitFor(30, TimeUnit.SECONDS), err);
        assertEquals(signal.exitCode(), child.exitValue(), err);
        assertTrue(err.contains("stopped; go on with: athanor pull parity/qwen3"), err);
        assertFalse(Files.exists(repository.resolve("snapshots")), "no half model");
        assertEquals(half, Files.size(partial));
        JsonNode resumed =
                Outcome.of(environment, "pull", "parity/qwen3", "--json").json();
        assertEquals(
                Files.size(PARITY.resolve("model.safetensors")),
                resumed.path("files").path(1).path("bytes").asLong());
    }

    @Test
    void whatGoesWrongIsOneSentence() {
        Outcome.of(environment, "pull").assertFailure(2, "ORG/NAME");
        Outcome.of(environment, "pull", "gpt2").assertFailure(2, "expected a model as ORG/NAME or ORG/NAME@REVISION");
        Outcome.of(environment, "pull", "parity/qwen3", "--include", "").assertFailure(2, "--include: expected a glob");
        Outcome.of(environment, "pull", "parity/none").assertFailure(1, "expected a model of this name");
        Outcome.of(environment, "pull", "parity/qwen3", "--include", "*.gguf")
                .assertFailure(1, "expected files matching *.gguf, found none among 3 files");
        Outcome.of(Map.of("HF_ENDPOINT", "hub"), "pull", "parity/qwen3").assertFailure(2, "HF_ENDPOINT: expected");
        Outcome.of(environment, "next", "--model", "parity/unknown", "--prompt", "a")
                .assertFailure(1, "run athanor pull parity/unknown");
    }

    @Test
    void theLineOfATerminalHasPercentRateAndTimeAndFits() {
        assertEquals(
                "model.safetensors  25.0 % of 2.00 GB  50.0 MB/s  30 s left",
                PullView.line(new PullProgress("model.safetensors", 500_000_000, 2_000_000_000, 50e6, 30)));
        String unknown = PullView.line(new PullProgress("x".repeat(200), 0, 1L << 49, 0, Double.POSITIVE_INFINITY));
        assertTrue(unknown.length() <= 79, unknown);
        assertTrue(unknown.endsWith("0.0 % of 562949.95 GB"), unknown);
    }
}
