package dev.athanor.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Any mixture of faults ends in the right bytes or in a sentence, and the next pull from a sound server succeeds. */
class RandomFaultsTest {
    private static final int ROUNDS = 30;

    @Test
    void anyMixtureOfFaultsEndsRightOrInASentence(@TempDir Path folder) throws IOException {
        long seed = new Random().nextLong();
        System.out.println("RandomFaultsTest seed " + seed);
        Random random = new Random(seed);
        int whole = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Path cache = folder.resolve("cache" + round);
            try (FakeHub hub = new FakeHub()) {
                int faults = 1 + random.nextInt(7);
                for (int i = 0; i < faults; i++) {
                    hub.next("/model.safetensors", fault(hub.weights(), random.nextLong()));
                }
                String where = "seed " + seed + ", round " + round;
                try {
                    check(hub, hub.pull(cache), where);
                    whole++;
                } catch (HubException e) {
                    assertEquals(1, String.valueOf(e.getMessage()).lines().count(), where + ": " + e);
                    Path snapshots = cache.resolve("models--tiny--model/snapshots");
                    assertTrue(!Files.exists(snapshots), where + ": a refused model has no names");
                }
            }
            try (FakeHub sound = new FakeHub()) {
                check(sound, sound.pull(cache), "seed " + seed + ", round " + round + ", afterwards");
            }
        }
        System.out.println(whole + " of " + ROUNDS + " pulls ended whole in spite of their faults");
    }

    private static void check(FakeHub hub, PullResult result, String where) throws IOException {
        assertArrayEquals(hub.weights(), Files.readAllBytes(result.path().resolve("model.safetensors")), where);
        try (Stream<Path> blobs = Files.list(result.path().resolve("../../blobs"))) {
            assertEquals(3, blobs.count(), where + ": nothing incomplete remains");
        }
    }

    /** An answer with a status, headers and a body that are each right or wrong, independently. */
    private static FakeServer.Handler fault(byte[] weights, long seed) {
        return (request, reply) -> {
            Random random = new Random(seed);
            String range = request.header("Range");
            int from = range.isEmpty() ? 0 : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
            int status = pick(random, from > 0 ? 206 : 200, 200, 206, 416, 429, 500, 503, 302);
            int start = status == 206 ? from : 0;
            byte[] body = Arrays.copyOfRange(weights, start, weights.length);
            if (random.nextInt(4) == 0) {
                body[random.nextInt(body.length)] ^= 1;
            }
            if (random.nextInt(6) == 0) {
                body = Arrays.copyOf(body, body.length + 1 + random.nextInt(1000));
            }
            Map<String, String> headers = new LinkedHashMap<>();
            int length = body.length + pick(random, 0, 0, 0, -1, 1, 1000);
            if (random.nextInt(4) > 0) {
                headers.put("Content-Length", Integer.toString(length));
            }
            if (random.nextInt(4) > 0) {
                int first = start + pick(random, 0, 0, 0, 1, -1);
                headers.put("Content-Range", "bytes " + first + "-" + (weights.length - 1) + "/" + weights.length);
            }
            headers.put("ETag", "\"" + pick(random, 1, 1, 1, 2) + "\"");
            if (status == 302) {
                headers.put("Location", "/tiny/model/resolve/" + FakeHub.COMMIT + "/model.safetensors");
            }
            reply.head(status, headers)
                    .body(body, 0, random.nextInt(2) == 0 ? body.length : random.nextInt(body.length));
            if (random.nextInt(3) == 0) {
                reply.reset();
            }
        };
    }

    /** The first choice half the time. */
    private static int pick(Random random, int... choices) {
        return random.nextBoolean() ? choices[0] : choices[random.nextInt(choices.length)];
    }
}
