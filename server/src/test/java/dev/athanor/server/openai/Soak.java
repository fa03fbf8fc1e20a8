package dev.athanor.server.openai;

import dev.athanor.generate.batch.EngineLimits;
import dev.athanor.server.Deadlines;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Mixed load for as long as one likes, by hand: {@code Soak MINUTES [SEED]}. Prints memory, threads, open files and the
 * statuses of answers every minute, and at the end how memory grew after the first quarter.
 */
final class Soak {
    private static final int CLIENTS = 12;

    /** What the process holds. */
    private record Held(double minutes, long residentKilobytes, int threads, long files) {
        static Held at(double minutes) throws IOException {
            long resident = 0;
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmRSS:")) {
                    resident = Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
            try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
                int threads = ManagementFactory.getThreadMXBean().getThreadCount();
                return new Held(minutes, resident, threads, open.count());
            }
        }
    }

    private Soak() {}

    public static void main(String[] arguments) throws Exception {
        double minutes = Double.parseDouble(arguments[0]);
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 20_261_129;
        System.out.println("seed " + seed);
        Path model = Bed.model(Files.createTempDirectory("athanor-soak"));
        Map<String, AtomicLong> answers = new ConcurrentSkipListMap<>();
        List<Held> held = new ArrayList<>();
        long began = System.nanoTime();
        try (Bed bed = new Bed(model, Bed.limited(new EngineLimits(8, 8, 64L << 20, 256)), Deadlines.USUAL);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(seed + i);
                clients.add(threads.submit(() -> {
                    while (minutes(began) < minutes) {
                        String status = client(bed, random);
                        answers.computeIfAbsent(status, s -> new AtomicLong()).incrementAndGet();
                    }
                    return status(answers);
                }));
            }
            double step = Math.min(1, minutes / 20);
            while (minutes(began) < minutes) {
                Thread.sleep((long) (step * 60_000));
                held.add(Held.at(minutes(began)));
                Held h = held.getLast();
                System.out.printf(
                        Locale.ROOT,
                        "%7.1f min  %,9d kB resident  %3d threads  %3d files  %s%n",
                        h.minutes,
                        h.residentKilobytes,
                        h.threads,
                        h.files,
                        status(answers));
            }
            for (Future<?> client : clients) {
                client.get();
            }
        }
        end(held, answers);
    }

    private static double minutes(long began) {
        return (System.nanoTime() - began) / 60e9;
    }

    private static Map<String, Long> status(Map<String, AtomicLong> answers) {
        Map<String, Long> copy = new TreeMap<>();
        answers.forEach((status, count) -> copy.put(status, count.get()));
        return copy;
    }

    /** One request of a random kind; its status, or {@code left} for a client that does not wait for the end. */
    private static String client(Bed bed, Random random) throws IOException {
        int tokens = 1 + random.nextInt(60);
        String usual = "\"max_tokens\":" + tokens + ",\"temperature\":1,\"seed\":" + random.nextInt(1000);
        return switch (random.nextInt(9)) {
            case 0 -> post(bed, "/v1/completions", "{\"prompt\":\"The king " + random.nextInt() + "\"," + usual + "}");
            case 1 ->
                post(
                        bed,
                        "/v1/chat/completions",
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"Where is Anna?\"}]," + usual + "}");
            case 2 -> post(bed, "/v1/completions", "{\"prompt\":\"Tom\",\"stream\":true,\"n\":3," + usual + "}");
            case 3 -> post(bed, "/v1/embeddings", "{\"input\":\"a word " + random.nextInt() + "\"}");
            case 4 -> post(bed, "/v1/completions", "{\"prompt\":\"Tom\",\"temperature\":-1}");
            case 5 -> post(bed, "/v1/completions", "[".repeat(1 + random.nextInt(2000)));
            case 6 -> String.valueOf(bed.get("/metrics").status());
            case 7 ->
                post(
                        bed,
                        "/v1/completions",
                        "{\"prompt\":\"Say\",\"response_format\":{\"type\":\"regex\",\"pattern\":\"(ab){1,9}\"},"
                                + usual + "}");
            default -> {
                try (Wire wire = new Wire(bed.serving.port())) {
                    wire.say(Wire.post("/v1/completions", "{\"prompt\":\"Tom\",\"max_tokens\":900,\"stream\":true}"));
                    wire.in().readNBytes(random.nextInt(3000));
                }
                yield "left";
            }
        };
    }

    private static String post(Bed bed, String path, String body) {
        return String.valueOf(bed.post(path, body).status());
    }

    private static void end(List<Held> held, Map<String, AtomicLong> answers) {
        List<Held> later = held.subList(held.size() / 4, held.size());
        double middle = later.stream().mapToDouble(Held::minutes).average().orElseThrow();
        double mean =
                later.stream().mapToLong(Held::residentKilobytes).average().orElseThrow();
        double along = 0;
        double across = 0;
        for (Held h : later) {
            along += (h.minutes - middle) * (h.residentKilobytes - mean);
            across += (h.minutes - middle) * (h.minutes - middle);
        }
        long failures = answers.entrySet().stream()
                .filter(e -> e.getKey().startsWith("5") && !e.getKey().equals("503"))
                .mapToLong(e -> e.getValue().get())
                .sum();
        System.out.printf(
                Locale.ROOT,
                "memory %+.2f %% an hour after the first quarter; files %d -> %d, threads %d -> %d; %d answers of 5xx other "
                        + "than 503%n",
                6000 * along / across / mean,
                later.getFirst().files,
                later.getLast().files,
                later.getFirst().threads,
                later.getLast().threads,
                failures);
    }
}
