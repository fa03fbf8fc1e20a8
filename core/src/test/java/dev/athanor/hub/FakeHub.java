package dev.athanor.hub;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * A hub with one model, {@code tiny/model}: small files from itself, weights from a second server as the real one does.
 */
final class FakeHub implements AutoCloseable {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    static final ModelName MODEL = ModelName.of("tiny/model");

    final FakeServer hub = new FakeServer(this::answer);
    final FakeServer cdn = new FakeServer(this::content);
    final Map<String, byte[]> files = new LinkedHashMap<>();

    /** Whether the list tells sizes and hashes. */
    volatile boolean blobs = true;

    /** What the waits of the last download were, none of which was waited for. */
    final List<Duration> waits = new ArrayList<>();

    final Heard heard = new Heard();

    private final Map<String, Deque<FakeServer.Handler>> next = new ConcurrentHashMap<>();

    /** A listener that remembers. */
    static final class Heard implements PullListener {
        final List<PullProgress> progress = new ArrayList<>();
        final List<String> notes = new ArrayList<>();
        final List<PulledFile> done = new ArrayList<>();

        @Override
        public void progress(PullProgress p) {
            progress.add(p);
        }

        @Override
        public void done(PulledFile file, double seconds) {
            done.add(file);
        }

        @Override
        public void note(String sentence) {
            notes.add(sentence);
        }
    }

    FakeHub() {
        files.put("config.json", "{\"model_type\": \"qwen3\"}\n".getBytes(StandardCharsets.UTF_8));
        files.put("tokenizer.json", "{\"version\": \"1.0\"}\n".getBytes(StandardCharsets.UTF_8));
        files.put("model.safetensors", random(300_000, 7));
    }

    static byte[] random(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    byte[] weights() {
        return file("model.safetensors");
    }

    byte[] file(String name) {
        return Optional.ofNullable(files.get(name)).orElseThrow();
    }

    /** The next requests whose path ends in {@code ending} are answered by these, each once. */
    void next(String ending, FakeServer.Handler... handlers) {
        next.computeIfAbsent(ending, e -> new ConcurrentLinkedDeque<>()).addAll(List.of(handlers));
    }

    HubSettings settings(Path cache) {
        return new HubSettings(hub.uri(), cache, Optional.of("hf_secret"), false);
    }

    PullResult pull(Path cache, String... include) {
        return pull(settings(cache), include);
    }

    PullResult pull(HubSettings settings, String... include) {
        return new Pull(settings, MODEL, List.of(include), heard, surroundings()).run();
    }

    Surroundings surroundings() {
        Surroundings real = Surroundings.real();
        return new Surroundings(
                duration -> {
                    synchronized (waits) {
                        waits.add(duration);
                    }
                },
                real.nanoTime(),
                real.freeSpace(),
                real.addresses(),
                Duration.ofSeconds(10));
    }

    private boolean special(FakeServer.Request request, FakeServer.Reply reply) throws IOException {
        String path = request.path().split("\\?", 2)[0];
        for (Map.Entry<String, Deque<FakeServer.Handler>> e : next.entrySet()) {
            FakeServer.Handler handler =
                    path.endsWith(e.getKey()) ? e.getValue().poll() : null;
            if (handler != null) {
                handler.answer(request, reply);
                return true;
            }
        }
        return false;
    }

    private void answer(FakeServer.Request request, FakeServer.Reply reply) throws IOException {
        if (special(request, reply)) {
            return;
        }
        String path = request.path().split("\\?", 2)[0];
        String resolve = "/tiny/model/resolve/" + COMMIT + "/";
        if (path.equals("/api/models/tiny/model/revision/main") || path.endsWith("/revision/" + COMMIT)) {
            reply.send(200, Map.of("Content-Type", "application/json"), list().getBytes(StandardCharsets.UTF_8));
        } else if (path.startsWith(resolve) && files.containsKey(path.substring(resolve.length()))) {
            resolve(request, reply, path.substring(resolve.length()));
        } else {
            reply.status(404, Map.of("X-Error-Code", "EntryNotFound"));
        }
    }

    private void resolve(FakeServer.Request request, FakeServer.Reply reply, String name) throws IOException {
        byte[] bytes = file(name);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("X-Repo-Commit", COMMIT);
        if (isLarge(name)) {
            headers.put("X-Linked-Etag", "\"" + sha256(bytes) + "\"");
            headers.put("X-Linked-Size", Integer.toString(bytes.length));
            headers.put("Location", cdn.uri() + "/" + name);
            reply.status(302, headers);
        } else {
            headers.put("ETag", "\"" + gitSha1(bytes) + "\"");
            serve(request, reply, bytes, headers);
        }
    }

    private void content(FakeServer.Request request, FakeServer.Reply reply) throws IOException {
        if (!special(request, reply)) {
            serve(request, reply, file(request.path().substring(1)), Map.of("ETag", "\"of-the-cdn\""));
        }
    }

    /** A file, or the range of it that is asked for. */
    static void serve(FakeServer.Request request, FakeServer.Reply reply, byte[] bytes, Map<String, String> headers)
            throws IOException {
        Map<String, String> all = new LinkedHashMap<>(headers);
        String range = request.header("Range");
        boolean same = request.header("If-Range").isEmpty()
                || request.header("If-Range").equals(headers.getOrDefault("ETag", ""));
        if (request.method().equals("HEAD")) {
            all.put("Content-Length", Integer.toString(bytes.length));
            reply.head(200, all);
        } else if (!range.isEmpty() && same) {
            int from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
            all.put("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
            reply.send(206, all, Arrays.copyOfRange(bytes, from, bytes.length));
        } else {
            reply.send(200, all, bytes);
        }
    }

    private static boolean isLarge(String name) {
        return name.endsWith(".safetensors") || name.endsWith(".gguf");
    }

    String list() {
        StringBuilder json = new StringBuilder("{\"id\": \"tiny/model\", \"sha\": \"" + COMMIT + "\", \"siblings\": [");
        String comma = "";
        for (Map.Entry<String, byte[]> e : files.entrySet()) {
            json.append(comma).append("{\"rfilename\": \"").append(e.getKey()).append('"');
            if (blobs) {
                json.append(", \"size\": ").append(e.getValue().length);
                json.append(", \"blobId\": \"").append(gitSha1(e.getValue())).append('"');
                if (isLarge(e.getKey())) {
                    json.append(", \"lfs\": {\"size\": 1, \"sha256\": \"")
                            .append(sha256(e.getValue()))
                            .append("\"}");
                }
            }
            json.append('}');
            comma = ", ";
        }
        return json.append("], \"tags\": [\"x\", {\"y\": [1]}]}").toString();
    }

    static String sha256(byte[] bytes) {
        return hash("SHA-256", new byte[0], bytes);
    }

    static String gitSha1(byte[] bytes) {
        return hash("SHA-1", ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII), bytes);
    }

    private static String hash(String algorithm, byte[] before, byte[] bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            digest.update(before);
            return HexFormat.of().formatHex(digest.digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        hub.close();
        cdn.close();
    }
}
