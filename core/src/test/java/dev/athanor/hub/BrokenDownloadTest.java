package dev.athanor.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a server or a network does, a file is right to the last bit or not there. */
class BrokenDownloadTest {
    private static final String WEIGHTS = "/model.safetensors";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path cache;

    private final FakeHub hub = new FakeHub();

    @AfterEach
    void close() {
        hub.close();
    }

    private Path blob() {
        return cache.resolve("models--tiny--model/blobs").resolve(FakeHub.sha256(hub.weights()));
    }

    private Path partial() {
        return blob().resolveSibling(blob().getFileName() + ".incomplete");
    }

    /** The hub answers the next requests for the weights itself, by these handlers. */
    private void weightsBy(FakeServer.Handler... handlers) {
        hub.next(WEIGHTS, handlers);
    }

    private void assertWhole(PullResult result) throws IOException {
        assertArrayEquals(hub.weights(), Files.readAllBytes(result.path().resolve("model.safetensors")));
        assertFalse(Files.exists(partial()), "nothing incomplete remains");
    }

    private String assertRefused(String part) {
        HubException e = assertThrows(HubException.class, () -> hub.pull(cache));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains(part), "expected \"" + part + "\" in: " + message);
        assertFalse(
                Files.exists(cache.resolve("models--tiny--model/snapshots")), "no name before all files are complete");
        assertFalse(
                Files.exists(cache.resolve("models--tiny--model/refs")), "no revision before all files are complete");
        assertFalse(Files.exists(blob()), "nothing unchecked under its hash");
        return message;
    }

    private static Map<String, String> length(int bytes) {
        return Map.of("Content-Length", Integer.toString(bytes));
    }

    @Test
    void aConnectionResetManyTimesStillEndsBitEqual() throws IOException {
        byte[] w = hub.weights();
        int[] cuts = {50_000, 120_000, 120_001, 299_999};
        for (int cut : cuts) {
            weightsBy((request, reply) -> {
                int from = request.header("Range").isEmpty()
                        ? 0
                        : Integer.parseInt(request.header("Range").replaceAll("[^0-9]", ""));
                int status = from == 0 ? 200 : 206;
                String range = "bytes " + from + "-" + (w.length - 1) + "/" + w.length;
                reply.head(status, Map.of("Content-Length", Integer.toString(w.length - from), "Content-Range", range))
                        .body(w, from, cut)
                        .reset();
            });
        }
        assertWhole(hub.pull(cache));
        assertEquals(4, hub.waits.size(), hub.heard.notes.toString());
        long before = 0;
        for (PullProgress p : hub.heard.progress) {
            assertTrue(p.done() >= before && p.done() <= p.total(), before + " then " + p);
            before = p.done();
        }
    }

    @Test
    void aServerThatAlwaysBreaksIsGivenUpAfterSixTriesWithGrowingWaits() throws IOException {
        byte[] w = hub.weights();
        FakeServer.Handler cut =
                (request, reply) -> reply.head(200, length(w.length)).body(w, 0, 1000);
        weightsBy(cut, cut, cut, cut, cut, cut);
        String message = assertRefused("found 6 tries that failed");
        assertTrue(message.contains("run pull again to go on where it stopped"), message);
        assertEquals(
                List.of(1L, 2L, 4L, 8L, 16L),
                hub.waits.stream().map(Duration::toSeconds).toList());
        assertArrayEquals(Arrays.copyOf(w, 1000), Files.readAllBytes(partial()), "kept to go on");
        assertWhole(hub.pull(cache));
        assertEquals("bytes=1000-", hub.cdn.requests("GET", WEIGHTS).getFirst().header("Range"));
    }

    @Test
    void progressOfASecondPullBeginsAtTheBytesThatAreHere() throws IOException {
        byte[] w = hub.weights();
        Files.createDirectories(partial().getParent());
        Files.write(partial(), Arrays.copyOf(w, 200_000));
        PullResult result = hub.pull(cache);
        assertWhole(result);
        PullProgress first = hub.heard.progress.stream()
                .filter(p -> p.file().equals("model.safetensors"))
                .findFirst()
                .orElseThrow();
        assertTrue(first.done() >= 200_000, first.toString());
        long small = (long) hub.file("config.json").length + hub.file("tokenizer.json").length;
        assertEquals(100_000 + small, result.bytesDownloaded());
    }

    @Test
    void aPartialFileOfSomethingElseIsFetchedAnew() throws IOException {
        Files.createDirectories(partial().getParent());
        Files.write(partial(), FakeHub.random(200_000, 99));
        assertWhole(hub.pull(cache));
        assertEquals(2, hub.cdn.requests("GET", WEIGHTS).size(), "once to complete it, once whole");
        Files.delete(blob());
        Files.write(partial(), FakeHub.random(400_000, 99));
        assertWhole(hub.pull(cache));
    }

    @Test
    void aBodyLongerThanAnnouncedIsRefusedAtOnce() {
        byte[] more = FakeHub.random(hub.weights().length + 5_000_000, 7);
        weightsBy(
                (request, reply) -> reply.head(200, Map.of()).body(more, 0, more.length)); // until the connection ends
        assertRefused("expected 300000 bytes, found more in the answer");
    }

    @Test
    void aContentLengthBeyondTheSizeIsRefusedBeforeAByteIsRead() {
        weightsBy((request, reply) -> reply.head(200, length(1_000_000_000)).untilClientLeaves());
        assertRefused("expected 300000 bytes, found 1000000000 announced");
    }

    @Test
    void aBodyShorterThanTheSizeIsCompletedByAnotherRequest() throws IOException {
        byte[] w = hub.weights();
        weightsBy((request, reply) -> reply.send(200, Map.of(), Arrays.copyOf(w, 10)));
        assertWhole(hub.pull(cache));
        assertEquals("bytes=10-", hub.cdn.requests("GET", WEIGHTS).getFirst().header("Range"));
    }

    @Test
    void headersThatAnnounceMoreThanThereIsEndAfterSixTries() {
        hub.blobs = false;
        byte[] w = FakeHub.random(3_000_000, 5);
        hub.files.put("model.safetensors", w);
        weightsBy((request, reply) -> reply.head(
                200,
                Map.of(
                        "X-Linked-Etag", "\"" + FakeHub.sha256(w) + "\"",
                        "X-Linked-Size", "3000001",
                        "Content-Length", "3000000")));
        String message = assertRefused("found 6 tries that failed");
        // 3 MB in a try would count as progress; the same 3 MB again do not.
        assertEquals(Retries.TRIES - 1, hub.waits.size(), message);
    }

    @Test
    void headersThatAnnounceLessThanThereIsAreRefusedAtOnce() {
        hub.blobs = false;
        weightsBy((request, reply) -> reply.head(
                200,
                Map.of(
                        "X-Linked-Etag", "\"" + FakeHub.sha256(hub.weights()) + "\"",
                        "X-Linked-Size", "299999",
                        "Content-Length", "300000")));
        assertRefused("expected 299999 bytes, found 300000 announced");
    }

    @Test
    void aFileThatPythonFinishesMeanwhileStaysAsItIs() throws IOException {
        byte[] w = hub.weights();
        weightsBy((request, reply) -> reply.head(200, length(w.length)).body(w, 0, 100_000), (request, reply) -> {
            Files.write(partial(), w);
            Files.move(partial(), blob());
            reply.send(200, Map.of(), w); // not the range asked for
        });
        HubException e = assertThrows(HubException.class, () -> hub.pull(cache));
        assertTrue(String.valueOf(e.getMessage()).contains("another program has moved it; pull again"), e.toString());
        assertArrayEquals(w, Files.readAllBytes(blob()));
        assertWhole(hub.pull(cache));
    }

    @Test
    void bytesThatDoNotHaveTheHashAreThrownAway() {
        byte[] wrong = hub.weights().clone();
        wrong[123_456] ^= 1;
        weightsBy((request, reply) -> reply.send(200, Map.of(), wrong));
        assertRefused("expected SHA-256 " + FakeHub.sha256(hub.weights()) + ", found " + FakeHub.sha256(wrong));
        assertFalse(Files.exists(partial()));
    }

    @Test
    void smallFilesAreCheckedAgainstTheirGitHash() {
        byte[] wrong = hub.file("config.json").clone();
        wrong[3] ^= 1;
        hub.next("/config.json", (request, reply) -> reply.send(200, Map.of(), wrong));
        assertRefused("expected git's SHA-1 " + FakeHub.gitSha1(hub.file("config.json")));
    }

    @Test
    void aServerThatIgnoresTheRangeBeginsThatFileAgain() throws IOException {
        byte[] w = hub.weights();
        weightsBy((request, reply) -> reply.head(200, length(w.length)).body(w, 0, 100_000), (request, reply) -> {
            assertEquals("bytes=100000-", request.header("Range"));
            reply.send(200, Map.of(), w);
        });
        assertWhole(hub.pull(cache));
    }

    @Test
    void aRangeOfAnotherPlaceOrSizeIsNotAppended() throws IOException {
        byte[] w = hub.weights();
        FakeServer.Handler cut =
                (request, reply) -> reply.head(200, length(w.length)).body(w, 0, 100_000);
        for (String range : List.of("bytes 0-299999/300000", "bytes 100000-299999/300001", "nonsense", "bytes x-y/z")) {
            weightsBy(cut, (request, reply) -> reply.send(206, Map.of("Content-Range", range), w));
            assertWhole(hub.pull(cache));
            Files.delete(blob());
        }
    }

    @Test
    void anotherEtagOfTheSecondPieceBeginsThatFileAgain() throws IOException {
        byte[] w = hub.weights();
        byte[] other = FakeHub.random(w.length, 8);
        weightsBy(
                (request, reply) -> reply.head(200, Map.of("Content-Length", "300000", "ETag", "\"one\""))
                        .body(other, 0, 100_000),
                (request, reply) -> {
                    assertEquals("\"one\"", request.header("If-Range"));
                    FakeServer.Request noCondition = new FakeServer.Request(
                            request.method(), request.path(), Map.of("range", request.header("Range")));
                    FakeHub.serve(noCondition, reply, w, Map.of("ETag", "\"two\""));
                });
        assertWhole(hub.pull(cache));
    }

    @Test
    void aFileThatChangesOnTheHubBeginsAgainAsWhatItIsNow() throws IOException {
        hub.blobs = false;
        byte[] old = hub.weights();
        weightsBy(
                (request, reply) -> reply.head(
                        200, Map.of("Content-Length", "300000", "ETag", "\"" + FakeHub.sha256(old) + "\"")), // HEAD
                (request, reply) -> {
                    hub.files.put("model.safetensors", FakeHub.random(350_000, 11));
                    reply.head(200, Map.of("Content-Length", "300000")).body(old, 0, 50_000);
                });
        assertWhole(hub.pull(cache));
        assertTrue(hub.heard.notes.toString().contains("has another version now"), hub.heard.notes.toString());
    }

    @Test
    void aFileThatIsNotWhatTheListSaysIsRefused() {
        byte[] listed = hub.weights();
        hub.next("/revision/main", (request, reply) -> {
            reply.send(200, Map.of(), hub.list().getBytes(java.nio.charset.StandardCharsets.UTF_8));
            hub.files.put("model.safetensors", FakeHub.random(listed.length, 12));
        });
        String message = assertRefused("the server contradicts itself");
        assertTrue(message.contains(FakeHub.sha256(listed)), message);
    }

    @Test
    void aSilentServerIsLeft() throws IOException {
        byte[] w = hub.weights();
        weightsBy((request, reply) -> {
            reply.head(200, length(w.length)).body(w, 0, 4096);
            try {
                Thread.sleep(2000);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
        Surroundings s = hub.surroundings();
        Surroundings impatient =
                new Surroundings(s.waiting(), s.nanoTime(), s.freeSpace(), s.addresses(), Duration.ofMillis(300));
        assertWhole(new Pull(hub.settings(cache), FakeHub.MODEL, List.of(), hub.heard, impatient).run());
        assertTrue(hub.heard.notes.toString().contains("sent nothing for 0.3 s"), hub.heard.notes.toString());
    }

    @Test
    void encodedBytesAreRefused() {
        weightsBy((request, reply) -> reply.send(200, Map.of("Content-Encoding", "gzip"), new byte[10]));
        assertRefused("found them encoded as gzip");
    }

    @Test
    void aDiskWithoutRoomIsNamedBeforeAnythingIsFetched() {
        Surroundings s = hub.surroundings();
        Surroundings full = new Surroundings(s.waiting(), s.nanoTime(), folder -> 1000, s.addresses(), s.patience());
        HubException e = assertThrows(
                HubException.class,
                () -> new Pull(hub.settings(cache), FakeHub.MODEL, List.of(), hub.heard, full).run());
        assertTrue(
                String.valueOf(e.getMessage()).contains("found 1,000 bytes; make room or set HF_HOME"), e.toString());
        assertEquals(List.of(), hub.hub.requests("GET", "/resolve/"));
    }

    @Test
    void anEmptyFileIsAFile() throws IOException {
        hub.files.put("special_tokens_map.json", new byte[0]);
        PullResult result = hub.pull(cache);
        assertEquals(0, Files.size(result.path().resolve("special_tokens_map.json")));
        // What git hash-object says of an empty file.
        assertEquals(
                Optional.of("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
                result.files().stream()
                        .filter(f -> f.name().equals("special_tokens_map.json"))
                        .map(PulledFile::hash)
                        .findFirst());
    }
}
