package dev.athanor;

import dev.athanor.kernel.Compute;
import dev.athanor.model.RunOptions;
import dev.athanor.model.Transformer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** Work that a first word waits for, done side by side. */
final class QuickStart {
    /** Numbers of the largest model whose first word plain loops write sooner than vector loops not yet compiled. */
    private static final long MOST_NUMBERS = 300_000_000;

    /** Characters of the longest prompt that plain loops read sooner. */
    static final int SHORT_PROMPT = 200;

    private QuickStart() {}

    static boolean suits(long numbers) {
        return numbers <= MOST_NUMBERS;
    }

    /** Starts to work out {@code value} on a thread of its own; whoever asks waits for it. */
    static <T> Supplier<T> beside(Supplier<T> value) {
        CompletableFuture<T> future = CompletableFuture.supplyAsync(
                value,
                task -> Thread.ofPlatform().daemon().name("athanor-beside").start(task));
        return () -> {
            try {
                return future.join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : e;
            }
        };
    }

    /**
     * Reads every weight once and runs every loop, so that the first real pass finds pages mapped and code compiled.
     */
    static Transformer touched(Transformer transformer) {
        transformer.nextLogits(new int[] {0}, transformer.newCache(1));
        return transformer;
    }

    static Compute compute(long numbers, RunOptions options) {
        return suits(numbers)
                ? Compute.quick(options.threads(), options.matmul())
                : Compute.create(options.threads(), options.matmul());
    }
}
