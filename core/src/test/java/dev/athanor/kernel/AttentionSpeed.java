package dev.athanor.kernel;

import dev.athanor.kernel.FlashAttention.Layout;
import dev.athanor.tensor.DType;
import java.io.PrintStream;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Attention over long contexts beside what the machine can do: a decode step against the time its keys and values take
 * to be read from memory, a prompt's piece against the multiply-adds of the registers. 32 heads, 4 of keys and values,
 * 64 wide. Best of many, as the yardsticks are. Argument: threads (default 2).
 */
public final class AttentionSpeed {
    private static final int HEADS = 32;
    private static final int KV_HEADS = 4;
    private static final int SIZE = 64;
    private static final int ROUNDS = 15;

    /** Layers in turn, so that keys and values come from memory and not from a cache: 22 as in a model of 1.1B. */
    private static final int LAYERS = 22;

    private static final PrintStream OUT = System.out;

    private AttentionSpeed() {}

    public static void main(String[] arguments) {
        int threads = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 2;
        try (Compute compute = Compute.create(threads)) {
            for (int keys : new int[] {2048, 8192, 32768}) {
                decode(compute, DType.F32, keys);
            }
            for (DType type : new DType[] {DType.F16, DType.BF16, DType.Q8_0}) {
                decode(compute, type, 8192);
            }
            prefill(compute, 512, 512);
            prefill(compute, 512, 8192);
        }
    }

    private static Layout layout(int queries, int keys) {
        float scale = (float) (1 / Math.sqrt(SIZE));
        return new Layout(1, queries, keys, keys - queries, Integer.MAX_VALUE, HEADS, KV_HEADS, SIZE, scale);
    }

    /** One layer's keys or values, head after head, as a cache holds them. */
    private static HeadRows rows(DType type, int keys) {
        float[] data = random(keys * KV_HEADS * SIZE);
        int stride = keys * SIZE;
        short[] halves = new short[data.length];
        switch (type) {
            case F32 -> {
                return new HeadView(data, 0, SIZE, stride);
            }
            case F16 -> StoredNumbers.toF16(data, 0, halves, 0, data.length);
            case BF16 -> StoredNumbers.toBf16(data, 0, halves, 0, data.length);
            default -> {
                byte[] quants = new byte[data.length];
                StoredNumbers.toQ8(data, 0, quants, halves, 0, data.length / Q8Rows.BLOCK);
                return new Q8Rows(quants, halves, stride);
            }
        }
        return new HalfRows(halves, stride, type == DType.BF16);
    }

    private static void decode(Compute compute, DType type, int keys) {
        int layers = keys > 8192 ? LAYERS / 4 : LAYERS;
        HeadRows[] k = new HeadRows[layers];
        HeadRows[] v = new HeadRows[layers];
        for (int layer = 0; layer < layers; layer++) {
            k[layer] = rows(type, keys);
            v[layer] = rows(type, keys);
        }
        Layout l = layout(1, keys);
        HeadView q = new HeadView(random(HEADS * SIZE), 0, HEADS * SIZE, SIZE);
        HeadView z = new HeadView(new float[HEADS * SIZE], 0, HEADS * SIZE, SIZE);
        float[] lse = new float[HEADS];
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            for (int layer = 0; layer < layers; layer++) {
                long began = System.nanoTime();
                compute.attention().forward(l, q, k[layer], v[layer], z, lse);
                best = Math.min(best, (System.nanoTime() - began) / 1e9);
            }
        }
        double bound = type.bytes(2L * keys * KV_HEADS * SIZE) / MachinePeak.measureBandwidth(compute);
        OUT.printf(
                Locale.ROOT,
                "decode, %4s, %6d keys: %8.1f us a layer, %3.0f %% of the memory's bandwidth%n",
                type,
                keys,
                best * 1e6,
                bound / best * 100);
    }

    private static void prefill(Compute compute, int queries, int keys) {
        HeadRows k = rows(DType.F32, keys);
        HeadRows v = rows(DType.F32, keys);
        Layout l = layout(queries, keys);
        HeadView q = new HeadView(random(queries * HEADS * SIZE), 0, HEADS * SIZE, SIZE);
        HeadView z = new HeadView(new float[queries * HEADS * SIZE], 0, HEADS * SIZE, SIZE);
        float[] lse = new float[HEADS * queries];
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long began = System.nanoTime();
            compute.attention().forward(l, q, k, v, z, lse);
            best = Math.min(best, (System.nanoTime() - began) / 1e9);
        }
        double seen = queries * (keys - queries) + queries * (queries + 1) / 2.0; // pairs of query and key
        double rate = 4 * seen * HEADS * SIZE / best / MachinePeak.measureFlops(compute);
        OUT.printf(
                Locale.ROOT,
                "%d queries, %6d keys: %8.1f ms a layer, %3.0f %% of the multiply-adds%n",
                queries,
                keys,
                best * 1e3,
                rate * 100);
    }

    private static float[] random(int size) {
        SplittableRandom random = new SplittableRandom(size);
        float[] x = new float[size];
        for (int i = 0; i < size; i++) {
            x[i] = (float) random.nextDouble(-1, 1);
        }
        return x;
    }
}
