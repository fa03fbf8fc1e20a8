package dev.athanor.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model comes whole into the cache that Python uses, and only what is missing comes over the network. */
class PullTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path cache;

    private final FakeHub hub = new FakeHub();

    @AfterEach
    void close() {
        hub.close();
    }

    private Path repository() {
        return cache.resolve("models--tiny--model");
    }

    private static void assertSnapshot(FakeHub hub, Path snapshot) throws IOException {
        for (Map.Entry<String, byte[]> e : hub.files.entrySet()) {
            assertArrayEquals(e.getValue(), Files.readAllBytes(snapshot.resolve(e.getKey())), e.getKey());
        }
    }

    @Test
    void aModelArrivesInTheLayoutOfPython() throws IOException {
        PullResult result = hub.pull(cache);
        assertSnapshot(hub, result.path());
        assertEquals(FakeHub.COMMIT, result.commit());
        assertEquals(repository().resolve("snapshots").resolve(FakeHub.COMMIT), result.path());
        assertEquals(FakeHub.COMMIT, Files.readString(repository().resolve("refs/main")));
        String sha = FakeHub.sha256(hub.weights());
        assertEquals(
                Path.of("../../blobs/" + sha),
                Files.readSymbolicLink(result.path().resolve("model.safetensors")));
        assertEquals(
                Path.of("../../blobs/" + FakeHub.gitSha1(hub.file("config.json"))),
                Files.readSymbolicLink(result.path().resolve("config.json")));
        long total =
                hub.files.values().stream().mapToLong(bytes -> bytes.length).sum();
        assertEquals(total, result.bytesDownloaded());
        assertEquals(
                List.of("config.json", "tokenizer.json", "model.safetensors"),
                result.files().stream().map(PulledFile::name).toList());
        assertEquals("sha256", result.files().getLast().algorithm());
        assertEquals(Optional.of(result.path()), new HubCache(cache).snapshot("tiny/model", "main"));
    }

    @Test
    void withoutSizesInTheListTheHeadersOfTheFilesTellThem() throws IOException {
        hub.blobs = false;
        PullResult result = hub.pull(cache);
        assertSnapshot(hub, result.path());
        assertEquals(3, hub.hub.requests("HEAD", "/resolve/").size());
    }

    @Test
    void theTokenGoesToTheHubAndToNobodyElse() {
        hub.pull(cache);
        assertFalse(hub.cdn.requests().isEmpty());
        hub.hub.requests().forEach(r -> assertEquals("Bearer hf_secret", r.header("Authorization"), r.path()));
        hub.cdn.requests().forEach(r -> assertEquals("", r.header("Authorization"), r.path()));
    }

    @Test
    void aSecondPullFetchesNothing() throws IOException {
        hub.pull(cache);
        hub.hub.requests().clear();
        hub.cdn.requests().clear();
        PullResult again = hub.pull(cache);
        assertEquals(0, again.bytesDownloaded());
        assertTrue(
                again.files().stream().allMatch(PulledFile::cached),
                again.files().toString());
        assertEquals(List.of(), hub.cdn.requests());
        assertEquals(1, hub.hub.requests().size(), "only the list");
        assertSnapshot(hub, again.path());
    }

    @Test
    void aDroppedConnectionGoesOnWhereItBroke() throws IOException {
        byte[] weights = hub.weights();
        hub.next(
                "/model.safetensors",
                (request, reply) -> reply.status(302, Map.of("Location", hub.cdn.uri() + "/cut")));
        hub.next(
                "/cut",
                (request, reply) -> reply.head(
                                200,
                                Map.of("Content-Length", Integer.toString(weights.length), "ETag", "\"of-the-cdn\""))
                        .body(weights, 0, 100_000));
        PullResult result = hub.pull(cache);
        assertSnapshot(hub, result.path());
        FakeServer.Request second =
                hub.cdn.requests("GET", "/model.safetensors").getFirst();
        assertEquals("bytes=100000-", second.header("Range"));
        assertEquals("\"of-the-cdn\"", second.header("If-Range"));
        long small = (long) hub.file("config.json").length + hub.file("tokenizer.json").length;
        assertEquals(small + weights.length, result.bytesDownloaded(), "no byte came twice");
        assertEquals(1, hub.waits.size());
        assertTrue(hub.heard.notes.getFirst().contains("trying again in 1 s"), hub.heard.notes.toString());
    }
}
