package dev.athanor.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One cache for Python and for this program, and nothing in it leads out of it. */
class HubCacheTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

    private final FakeHub hub = new FakeHub();

    @SuppressWarnings("NullAway.Init") // set before each test
    private Path cache;

    @BeforeEach
    void makeCache() throws IOException {
        cache = Files.createDirectories(folder.resolve("cache"));
    }

    @AfterEach
    void close() {
        hub.close();
    }

    private Path repository() {
        return cache.resolve("models--tiny--model");
    }

    /** As huggingface_hub leaves one file: content, revision, link. */
    private void asPythonLeaves(String name, byte[] bytes, String etag) throws IOException {
        Path blobs = Files.createDirectories(repository().resolve("blobs"));
        Path refs = Files.createDirectories(repository().resolve("refs"));
        Path snapshot =
                Files.createDirectories(repository().resolve("snapshots").resolve(FakeHub.COMMIT));
        Files.write(blobs.resolve(etag), bytes);
        Files.writeString(refs.resolve("main"), FakeHub.COMMIT);
        Files.createSymbolicLink(snapshot.resolve(name), Path.of("../../blobs", etag));
    }

    @Test
    void whatPythonHasFetchedIsNotFetchedAgain() throws IOException {
        asPythonLeaves("model.safetensors", hub.weights(), FakeHub.sha256(hub.weights()));
        PullResult result = hub.pull(cache);
        assertEquals(List.of(), hub.cdn.requests(), "weights are here");
        assertEquals(
                List.of(false, false, true),
                result.files().stream().map(PulledFile::cached).toList());
        assertArrayEquals(hub.weights(), Files.readAllBytes(result.path().resolve("model.safetensors")));
    }

    @Test
    void offlineUsesTheCacheAndNoNetwork() throws IOException {
        HubSettings offline = new HubSettings(hub.hub.uri(), cache, Optional.empty(), true);
        HubException e = assertThrows(HubException.class, () -> hub.pull(offline));
        assertTrue(String.valueOf(e.getMessage()).contains("because HF_HUB_OFFLINE is set, found none"), e.toString());
        asPythonLeaves("config.json", hub.file("config.json"), FakeHub.gitSha1(hub.file("config.json")));
        PullResult result = hub.pull(offline);
        assertEquals(repository().resolve("snapshots").resolve(FakeHub.COMMIT), result.path());
        assertEquals(
                List.of(new PulledFile(
                        "config.json", hub.file("config.json").length, FakeHub.gitSha1(hub.file("config.json")), true)),
                result.files());
        assertEquals(List.of(), hub.hub.requests());
    }

    @Test
    void aSnapshotIsFoundByRevisionAndByCommit() throws IOException {
        HubCache found = new HubCache(cache);
        assertEquals(Optional.empty(), found.snapshot("tiny/model", "main"));
        asPythonLeaves("config.json", new byte[] {1}, "0".repeat(40));
        Optional<Path> expected = Optional.of(repository().resolve("snapshots").resolve(FakeHub.COMMIT));
        assertEquals(expected, found.snapshot("tiny/model", "main"));
        assertEquals(expected, found.snapshot("tiny/model", FakeHub.COMMIT));
        assertEquals(Optional.empty(), found.snapshot("tiny/model", "v2"));
        assertEquals(Optional.empty(), found.snapshot("tiny/other", "main"));
        assertEquals(Optional.empty(), found.snapshot("../tiny/model", "main"));
        Files.writeString(repository().resolve("refs/main"), "../../../..");
        assertEquals(Optional.empty(), found.snapshot("tiny/model", "main"));
    }

    @Test
    void aLinkOutOfTheModelsFolderIsNotFollowed() throws IOException {
        asPythonLeaves("config.json", new byte[] {1}, "0".repeat(40));
        Path secret = Files.writeString(folder.resolve("secret"), "secret");
        Path link = repository().resolve("snapshots").resolve(FakeHub.COMMIT).resolve("tokenizer.json");
        Files.createSymbolicLink(link, secret);
        HubException e = assertThrows(HubException.class, () -> new HubCache(cache).snapshot("tiny/model", "main"));
        assertTrue(String.valueOf(e.getMessage()).contains("found a link that leads out of it"), e.toString());
        hub.pull(cache); // puts the right link in its place
        assertEquals("secret", Files.readString(secret));
        assertTrue(new HubCache(cache).snapshot("tiny/model", "main").isPresent());
    }

    @Test
    void nothingIsWrittenThroughALink() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "secret");
        Path blobs = Files.createDirectories(repository().resolve("blobs"));
        String sha = FakeHub.sha256(hub.weights());
        Files.createSymbolicLink(blobs.resolve(sha + ".incomplete"), secret);
        assertThrows(HubException.class, () -> hub.pull(cache));
        assertEquals("secret", Files.readString(secret));
        Files.delete(blobs.resolve(sha + ".incomplete"));
        Files.createSymbolicLink(blobs.resolve(sha), secret);
        hub.pull(cache);
        assertEquals("secret", Files.readString(secret));
        assertFalse(Files.isSymbolicLink(blobs.resolve(sha)));
    }

    @Test
    void aFolderThatIsALinkOutsideIsRefused() throws IOException {
        Path outside = Files.createDirectories(folder.resolve("outside"));
        for (String name : List.of("blobs", "snapshots", "refs")) {
            Files.createDirectories(repository());
            Files.createSymbolicLink(repository().resolve(name), outside);
            HubException e = assertThrows(HubException.class, () -> hub.pull(cache), name);
            assertTrue(String.valueOf(e.getMessage()).contains("expected a folder inside"), e.toString());
            try (Stream<Path> files = Files.list(outside)) {
                assertEquals(List.of(), files.toList(), name);
            }
            Files.delete(repository().resolve(name));
        }
    }

    @Test
    void aCacheThatIsALinkIsTheUsersOwnWish() throws IOException {
        Path disk = Files.createDirectories(folder.resolve("large disk"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), disk);
        assertTrue(Files.exists(hub.pull(link).path().resolve("model.safetensors")));
    }

    @Test
    void twoPullsAtOnceFetchEveryFileOnce() throws IOException, InterruptedException, ExecutionException {
        Surroundings s = hub.surroundings();
        Surroundings waiting =
                new Surroundings(Thread::sleep, s.nanoTime(), s.freeSpace(), s.addresses(), s.patience());
        List<Future<PullResult>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 4; i++) {
                running.add(threads.submit(() ->
                        new Pull(hub.settings(cache), FakeHub.MODEL, List.of(), new FakeHub.Heard(), waiting).run()));
            }
        }
        long downloaded = 0;
        for (Future<PullResult> one : running) {
            PullResult result = one.get();
            downloaded += result.bytesDownloaded();
            assertArrayEquals(hub.weights(), Files.readAllBytes(result.path().resolve("model.safetensors")));
        }
        assertEquals(
                hub.files.values().stream().mapToLong(bytes -> bytes.length).sum(), downloaded);
        try (Stream<Path> left = Files.walk(repository())) {
            assertEquals(
                    List.of(),
                    left.filter(p -> p.toString().endsWith(".new")
                                    || p.toString().endsWith(".incomplete"))
                            .toList());
        }
    }

    @Test
    void anInterruptedPullShowsNothingAndGoesOn() throws IOException, InterruptedException {
        byte[] w = hub.weights();
        Thread puller = Thread.ofPlatform().unstarted(() -> assertThrows(HubException.class, () -> hub.pull(cache)));
        hub.next("/model.safetensors", (request, reply) -> {
            reply.head(200, java.util.Map.of("Content-Length", Integer.toString(w.length)))
                    .body(w, 0, 80_000);
            Path partial = repository().resolve("blobs").resolve(FakeHub.sha256(w) + ".incomplete");
            while (!Files.exists(partial) || Files.size(partial) < 80_000) {
                pause();
            }
            puller.interrupt();
        });
        puller.start();
        puller.join();
        assertFalse(Files.exists(repository().resolve("snapshots")));
        assertEquals(Optional.empty(), new HubCache(cache).snapshot("tiny/model", "main"));
        hub.pull(cache);
        assertEquals(
                "bytes=80000-",
                hub.cdn.requests("GET", "/model.safetensors").getFirst().header("Range"));
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(2);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
