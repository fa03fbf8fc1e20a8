package dev.athanor.generate.batch;

import dev.athanor.generate.sample.SamplerSettings;
import dev.athanor.kernel.Compute;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.RopeScaling;
import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.train.Initializer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletionException;

/** An engine in a process with little memory, and a prompt whose keys and values do not fit it. */
final class ScarceMemory {
    static final int MEBIBYTES = 64;

    /**
     * 4 heads of 256: 16 KiB of keys and values a token and layer, so that 64 MiB hold some 2000 tokens of 2 layers.
     */
    private static final int HEADS = 4;

    private static final int HEAD_SIZE = 256;
    private static final int PROMPT = 5000;

    private ScarceMemory() {}

    public static void main(String[] args) {
        Tokenizer tokenizer = Heard.tokenizer();
        try (Compute compute = Compute.create(2);
                Engine engine = new Engine(
                        new Transformer(Initializer.initialize(config(tokenizer.vocabularySize()), 0.2, 1), compute),
                        tokenizer,
                        List.of(),
                        EngineLimits.DEFAULT)) {
            int[] before = write(engine, 20);
            System.out.println("small: " + before.length + " tokens");
            try {
                write(engine, PROMPT);
                System.out.println("large: found room");
            } catch (CompletionException e) {
                Throwable cause = e.getCause();
                System.out.println("large: " + (cause == null ? e : cause).getMessage());
            }
            boolean same = Arrays.equals(before, write(engine, 20));
            System.out.println("small again: the " + (same ? "same" : "other") + " tokens");
            System.out.println("alive: " + engine.alive());
        }
    }

    private static int[] write(Engine engine, int length) {
        int[] prompt = new int[length];
        Arrays.setAll(prompt, i -> i % 300);
        Heard heard = new Heard();
        engine.submit(
                TextRequest.of(
                        prompt, 5, SamplerSettings.builder().temperature(0).build()),
                heard);
        heard.await();
        return heard.ids();
    }

    private static ModelConfig config(int vocabulary) {
        return new ModelConfig(
                ModelConfig.Family.LLAMA,
                vocabulary,
                2 * PROMPT,
                2,
                16,
                HEADS,
                HEADS,
                HEAD_SIZE,
                32,
                ModelConfig.NormKind.RMS_NORM,
                1e-5f,
                ModelConfig.Activation.SILU_GATED,
                new ModelConfig.Positions.Rotary(10_000, HEAD_SIZE, new RopeScaling.None()),
                false,
                false,
                false,
                false,
                false,
                true,
                OptionalInt.empty(),
                0f,
                OptionalInt.empty(),
                OptionalInt.empty());
    }
}
