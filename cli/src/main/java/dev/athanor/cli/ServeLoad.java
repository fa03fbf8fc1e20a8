package dev.athanor.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.ConcurrentHistogram;

/** Clients that all ask at the same moment for a streamed greedy completion, each of its own prompt. */
final class ServeLoad {
    /** Microseconds; a gap beyond a minute counts as a minute. */
    private static final long MOST_MICROS = 60_000_000;

    private final String address;
    private final int clients;
    private final int prompt;
    private final int tokens;
    private final int vocabulary;

    ServeLoad(String address, int clients, int prompt, int tokens, int vocabulary) {
        this.address = address;
        this.clients = clients;
        this.prompt = prompt;
        this.tokens = tokens;
        this.vocabulary = vocabulary;
    }

    /**
     * One round.
     *
     * @param tokensPerSecond of all clients, from the first request to the last token
     * @param firstP50 milliseconds to the first token, median
     * @param gapP50 milliseconds between two tokens of a text, median
     */
    record Result(
            int clients, double tokensPerSecond, double firstP50, double firstP99, double gapP50, double gapP99) {}

    /** The round with the median throughput. */
    Result median(int rounds) {
        List<Result> results = new ArrayList<>();
        for (int i = 0; i <= rounds; i++) {
            Result result = round(i);
            if (i > 0) {
                results.add(result);
            }
        }
        results.sort(Comparator.comparingDouble(Result::tokensPerSecond));
        return results.get(results.size() / 2);
    }

    private Result round(int number) {
        ConcurrentHistogram first = new ConcurrentHistogram(MOST_MICROS, 3);
        ConcurrentHistogram gaps = new ConcurrentHistogram(MOST_MICROS, 3);
        long began = System.nanoTime();
        long heard = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                HttpClient client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build()) {
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                long seed = 1000L * number + i;
                all.add(threads.submit(() -> ask(client, seed, first, gaps)));
            }
            for (Future<Integer> one : all) {
                heard += one.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a client failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        return new Result(
                clients,
                heard / seconds,
                first.getValueAtPercentile(50) / 1e3,
                first.getValueAtPercentile(99) / 1e3,
                gaps.getValueAtPercentile(50) / 1e3,
                gaps.getValueAtPercentile(99) / 1e3);
    }

    private int ask(HttpClient client, long seed, ConcurrentHistogram first, ConcurrentHistogram gaps) {
        SplittableRandom random = new SplittableRandom(seed);
        StringBuilder ids = new StringBuilder();
        for (int i = 0; i < prompt; i++) {
            ids.append(i == 0 ? "" : ",").append(random.nextInt(vocabulary));
        }
        String body = "{\"prompt\":[" + ids + "],\"max_tokens\":" + tokens
                + ",\"temperature\":0,\"ignore_eos\":true,\"stream\":true}";
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/v1/completions"))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        long last = System.nanoTime();
        int heard = 0;
        try {
            var response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (!line.contains("\"text\"") || line.contains("\"finish_reason\":\"")) {
                        continue;
                    }
                    long now = System.nanoTime();
                    (heard == 0 ? first : gaps).recordValue(Math.min(MOST_MICROS, (now - last) / 1000));
                    last = now;
                    heard++;
                }
            }
            if (response.statusCode() != 200 || heard < tokens / 2) {
                throw new IllegalStateException(
                        "expected " + tokens + " tokens, found " + heard + " and status " + response.statusCode());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        return heard;
    }
}
