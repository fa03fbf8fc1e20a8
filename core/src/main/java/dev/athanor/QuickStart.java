package dev.athanor;

import dev.athanor.kernel.Compute;
import dev.athanor.model.RunOptions;
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

    /** Starts to work out {@code value} on a thread of its own. */
    static <T> CompletableFuture<T> beside(Supplier<T> value) {
        return CompletableFuture.supplyAsync(
                value,
                task -> Thread.ofPlatform().daemon().name("athanor-beside").start(task));
    }

    /** What {@link #beside} worked out, or its exception as it was. */
    static <T> T result(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** Waits for {@link #beside}, whatever came of it. */
    static void ended(CompletableFuture<?> future) {
        future.handle((value, failure) -> true).join();
    }

    static Compute compute(long numbers, RunOptions options) {
        return suits(numbers)
                ? Compute.quick(options.threads(), options.matmul())
                : Compute.create(options.threads(), options.matmul());
    }
}
