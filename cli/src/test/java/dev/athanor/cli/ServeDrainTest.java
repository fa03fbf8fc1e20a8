package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.train.TrainingRun;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code athanor serve} when it is told to end. */
class ServeDrainTest {
    private static final long SEED = 20_261_129;
    private static final int ROUNDS = 3;
    private static final int CLIENTS = 6;

    /** Nanoseconds in which a machine that runs other tests, too, may not have heard the signal yet. */
    private static final long BUSY = 3_000_000_000L;

    @TempDir
    private Path directory = Path.of("");

    @Test
    void textsUnderWayEndProperlyAtSigtermAndTheServerIsGoneWithinTenSeconds() throws Exception {
        signals(directory, SEED, ROUNDS, BUSY);
    }

    /** More moments, on demand and on a machine with nothing else to do: how many, and a seed. */
    public static void main(String[] arguments) throws Exception {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100;
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : SEED;
        signals(Files.createTempDirectory("athanor-drain"), seed, rounds, 0);
    }

    private static void signals(Path directory, long seed, int rounds, long deaf) throws Exception {
        System.out.println("seed " + seed);
        Path model = directory.resolve("little");
        try (TrainingRun run = TrainingRun.begin(
                model, new TrainingRun.Options(List.of("tales:stories=100,seed=1"), "tales", 1, 0, 0, 1, 0), 2)) {
            run.run(() -> false, p -> {});
        }
        Random random = new Random(seed);
        for (int round = 0; round < rounds; round++) {
            round(model, random.nextInt(1500), deaf);
        }
    }

    private static void round(Path model, int millis, long deaf) throws Exception {
        Process child =
                Child.start(Map.of(), List.of("serve", "--model", model.toString(), "--port", "0", "--threads", "2"));
        try (BufferedReader said =
                        new BufferedReader(new InputStreamReader(child.getErrorStream(), StandardCharsets.UTF_8));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                HttpClient client = HttpClient.newHttpClient()) {
            String address = address(said);
            threads.submit(() -> said.lines().forEach(line -> {}));
            List<Future<String>> streams = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                streams.add(threads.submit(() -> ask(client, address, 16)));
            }
            Thread.sleep(millis);
            long began = System.nanoTime();
            child.destroy(); // SIGTERM
            Thread.sleep(50);
            String late = ask(client, address, 1);
            while (late.startsWith("200") && System.nanoTime() - began < deaf) {
                assertTrue(whole(late), late);
                late = ask(client, address, 1);
            }
            assertTrue(late.startsWith("503") || late.startsWith("none"), late);
            assertTrue(child.waitFor(15, TimeUnit.SECONDS), "still there");
            double seconds = (System.nanoTime() - began) / 1e9;
            assertTrue(seconds <= 10, "ended after " + seconds + " s");
            assertEquals(128 + 15, child.exitValue());
            for (Future<String> stream : streams) {
                String came = stream.get(10, TimeUnit.SECONDS);
                assertTrue(
                        whole(came) || came.startsWith("503") || came.startsWith("none"),
                        "signal after " + millis + " ms: …" + came.substring(Math.max(0, came.length() - 300)));
            }
            System.out.println("signal after " + millis + " ms: gone after " + seconds + " s");
        } finally {
            child.destroyForcibly();
        }
    }

    private static boolean whole(String came) {
        return came.startsWith("200") && came.endsWith("data: [DONE]\n\n");
    }

    private static String address(BufferedReader said) throws IOException {
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            int at = line.indexOf(" at http://");
            if (line.startsWith("Serving ") && at > 0) {
                return line.substring(at + 4, line.indexOf("/v1", at));
            }
        }
        throw new IOException("the server did not begin");
    }

    /** Status and body; {@code none} where no answer began. */
    private static String ask(HttpClient client, String address, int n) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/v1/completions"))
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.ofString("{\"prompt\":\"The king\",\"max_tokens\":200,\"n\":" + n
                        + ",\"ignore_eos\":true,\"stream\":true}"))
                .build();
        HttpResponse<java.io.InputStream> response;
        try {
            response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            return "none: " + e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
        StringBuilder body = new StringBuilder(response.statusCode() + " ");
        try (java.io.InputStream in = response.body()) {
            byte[] buffer = new byte[8192];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                body.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            body.append("[broke off: ").append(e.getMessage()).append(']');
        }
        return body.toString();
    }
}
