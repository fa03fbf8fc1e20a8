package dev.athanor.checkpoint.gguf;

import com.sun.management.ThreadMXBean;
import dev.athanor.checkpoint.Fixtures;
import dev.athanor.checkpoint.ModelFormatException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Random changes to good GGUF files. Each must be read or refused with a sentence, at little cost. {@code main} runs
 * for as many minutes as its argument says, 10 without one, with a seed of the clock's that it prints.
 */
final class GgufFuzz {
    /** A file of some 200 KB may cost at most this much; its vocabulary and factors are the only things copied. */
    private static final long MOST_BYTES = 8 << 20;

    /** Changes stay where the structure is; the rest of a file are numbers of any value. */
    private static final double IN_HEADER = 0.95;

    private static final long[] LONGS = {
        0, 1, 2, 7, 31, 32, 33, 255, 65_535, 1L << 31, 1L << 32, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE, -1, -8
    };

    private final Path file;
    private final Random random;
    private final List<byte[]> good = new ArrayList<>();
    private final List<Integer> headers = new ArrayList<>();
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private long refused;
    private long rounds;

    GgufFuzz(Path directory, long seed) throws IOException {
        this.file = directory.resolve("fuzzed.gguf");
        this.random = new Random(seed);
        for (String name : List.of("gpt2", "gpt-neox-parallel", "llama-gqa", "qwen3")) {
            Path path = Fixtures.directory(name).resolve("model.gguf");
            good.add(Files.readAllBytes(path));
            try (Gguf open = Gguf.open(path)) {
                headers.add((int) open.entries().values().iterator().next().begin());
            }
        }
    }

    long refused() {
        return refused;
    }

    long rounds() {
        return rounds;
    }

    /** One change of one file; throws an {@link AssertionError} that says which. */
    void round(long seed) throws IOException {
        int which = random.nextInt(good.size());
        byte[] bytes = mutate(good.get(which), headers.get(which));
        Files.write(file, bytes);
        String where = "seed " + seed + ", round " + rounds + ", " + bytes.length + " bytes";
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            GgufModel.open(file).close();
        } catch (ModelFormatException e) {
            refused++;
            String message = String.valueOf(e.getMessage());
            if (!message.contains("expected") || !message.contains("found") || message.length() > 900) {
                throw new AssertionError(where + ": " + message, e);
            }
        } catch (RuntimeException | Error e) {
            throw new AssertionError(where, e);
        }
        long cost = threads.getCurrentThreadAllocatedBytes() - before;
        if (cost > MOST_BYTES) {
            throw new AssertionError(where + ": " + cost + " bytes allocated");
        }
        rounds++;
    }

    private byte[] mutate(byte[] original, int header) {
        byte[] bytes = original.clone();
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes && bytes.length > 8; i++) {
            int within = random.nextDouble() < IN_HEADER ? Math.min(header, bytes.length) : bytes.length;
            int at = random.nextInt(within);
            switch (random.nextInt(8)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                case 3 -> bytes = splice(bytes, at, random.nextInt(40), new byte[0]);
                case 4 -> bytes = splice(bytes, at, 0, new byte[random.nextInt(40)]);
                case 5 -> {
                    byte[] part = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + random.nextInt(200)));
                    bytes = splice(bytes, random.nextInt(within), 0, part);
                }
                default -> putLong(bytes, at, LONGS[random.nextInt(LONGS.length)], random.nextBoolean() ? 4 : 8);
            }
        }
        return bytes;
    }

    private static void putLong(byte[] bytes, int at, long value, int count) {
        for (int i = 0; i < count && at + i < bytes.length; i++) {
            bytes[at + i] = (byte) (value >>> 8 * i);
        }
    }

    private static byte[] splice(byte[] bytes, int at, int removed, byte[] inserted) {
        int rest = Math.max(0, bytes.length - at - removed);
        byte[] out = new byte[at + inserted.length + rest];
        System.arraycopy(bytes, 0, out, 0, at);
        System.arraycopy(inserted, 0, out, at, inserted.length);
        System.arraycopy(bytes, bytes.length - rest, out, at + inserted.length, rest);
        return out;
    }

    public static void main(String[] arguments) throws IOException {
        long seed = System.nanoTime();
        Duration duration = Duration.ofMinutes(arguments.length == 0 ? 10 : Long.parseLong(arguments[0]));
        GgufFuzz fuzz = new GgufFuzz(Files.createTempDirectory("gguf-fuzz"), seed);
        long end = System.nanoTime() + duration.toNanos();
        while (System.nanoTime() < end) {
            fuzz.round(seed);
        }
        System.out.println(
                "seed " + seed + ": " + fuzz.rounds() + " files, " + fuzz.refused() + " refused, the others read");
    }
}
