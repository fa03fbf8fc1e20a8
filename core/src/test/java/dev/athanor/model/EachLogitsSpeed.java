package dev.athanor.model;

import dev.athanor.kernel.Compute;
import dev.athanor.quant.Blocks;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;
import dev.athanor.tensor.Weight;
import dev.athanor.train.Initializer;
import dev.athanor.train.Preset;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a pass of several rows, each alone, takes, in passes of one; run by hand. */
final class EachLogitsSpeed {
    private static final int[] ROWS = {1, 2, 3, 4, 6, 8, 12, 16};
    private static final int ROUNDS = 9;
    private static final int HELD = 100;

    private EachLogitsSpeed() {}

    public static void main(String[] args) {
        ModelConfig config = Preset.named(args[0]).modelConfig(Integer.parseInt(args[1]), -1);
        Parameters drawn = Initializer.initialize(config, 0.02, 1);
        try (Compute compute = Compute.create(2);
                Arena arena = Arena.ofShared()) {
            for (DType type : List.of(DType.F32, DType.BF16, DType.Q8_0, DType.Q4_0, DType.Q4_K)) {
                Parameters parameters = Parameters.of(
                        config,
                        spec -> stored(
                                drawn.list()
                                        .get(drawn.indexOf(spec.role(), spec.layer()))
                                        .value(),
                                type,
                                arena));
                measure(type, new Transformer(parameters, compute));
            }
        }
    }

    private static Weight stored(Tensor t, DType type, Arena arena) {
        if (t.shape().rank() != 2) {
            return t;
        }
        float[] numbers = t.toArray();
        MemorySegment bytes = arena.allocate(type.bytes(numbers.length), 64);
        Blocks.encode(type, numbers, 0, numbers.length, bytes, 0);
        return new Stored(t.shape(), type, bytes);
    }

    private static void measure(DType type, Transformer model) {
        KvCache cache = model.newCache(HELD + 20);
        model.nextLogits(new int[HELD], cache);
        double[][] seconds = new double[ROWS.length][ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < ROWS.length; i++) {
                for (int again = 0; again < (round == 0 ? 2 : 1); again++) { // each first is not measured
                    cache.truncate(HELD);
                    long began = System.nanoTime();
                    model.eachLogits(new int[ROWS[i]], cache);
                    seconds[i][round] = (System.nanoTime() - began) / 1e9;
                }
            }
        }
        StringBuilder line = new StringBuilder(type.toString());
        for (int i = 0; i < ROWS.length; i++) {
            Arrays.sort(seconds[i]);
            line.append(String.format(
                    Locale.ROOT,
                    "  %d: %.1f ms (%.2f)",
                    ROWS[i],
                    1e3 * seconds[i][ROUNDS / 2],
                    seconds[i][ROUNDS / 2] / seconds[0][ROUNDS / 2]));
        }
        System.out.println(line);
    }
}
