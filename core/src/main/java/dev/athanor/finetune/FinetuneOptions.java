package dev.athanor.finetune;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What to learn, from which model, and how.
 *
 * @param model directory in the layout of Hugging Face
 * @param data paths of JSON lines, {@code tales:} or {@code tales:stories=N}
 * @param out where the model or the adapters go
 * @param lora low-rank additions instead of all weights, where wanted
 * @param merge whether low-rank additions are written as a whole model
 * @param budget how long
 * @param rate learning rate at its highest; by the model's size where not given
 * @param batch rows of a step
 * @param length most tokens of a row; the model's context or, for {@code tales:}, what tales need where not given
 * @param pack whether a row may hold several conversations
 * @param seed same seed, same bits
 * @param heldOut share of the conversations of files that measure and are not learned
 */
public record FinetuneOptions(
        Path model,
        List<String> data,
        Path out,
        Optional<Lora> lora,
        boolean merge,
        Length budget,
        OptionalDouble rate,
        int batch,
        OptionalInt length,
        boolean pack,
        long seed,
        double heldOut) {

    /**
     * Low-rank additions.
     *
     * @param rank numbers between the two matrices
     * @param alpha the addition is multiplied by alpha / rank
     * @param targets matrices by short name, see {@link LoraTargets}; empty for all
     */
    public record Lora(int rank, double alpha, List<String> targets) {
        public Lora {
            targets = List.copyOf(targets);
        }
    }

    /** How long to learn. */
    public sealed interface Length {
        /** Every conversation so many times. */
        record Epochs(double epochs) implements Length {}

        record Steps(long steps) implements Length {}

        /** Wall-clock time: how many steps fit, and so the bits, depend on the machine. */
        record Minutes(double minutes) implements Length {}
    }

    public FinetuneOptions {
        data = List.copyOf(data);
        if (data.isEmpty()) {
            throw new IllegalArgumentException("data: expected at least one source of conversations, found none");
        }
        if (batch < 1) {
            throw new IllegalArgumentException("batch: expected at least 1, found " + batch);
        }
        if (length.isPresent() && length.getAsInt() < 2) {
            throw new IllegalArgumentException("length: expected at least 2 tokens, found " + length.getAsInt());
        }
        if (!(heldOut >= 0 && heldOut < 1)) {
            throw new IllegalArgumentException(
                    "hold-out: expected a share of at least 0 and below 1, found " + heldOut);
        }
        if (rate.isPresent() && !(rate.getAsDouble() > 0 && rate.getAsDouble() < 1)) {
            throw new IllegalArgumentException("rate: expected above 0 and below 1, found " + rate.getAsDouble());
        }
    }
}
