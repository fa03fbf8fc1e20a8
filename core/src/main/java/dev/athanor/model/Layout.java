package dev.athanor.model;

import dev.athanor.kernel.RotaryTable;
import dev.athanor.model.ModelConfig.Family;
import dev.athanor.model.ModelConfig.Positions;

/**
 * How a checkpoint arranges the numbers of its matrices. The same model has one arrangement in a Hugging Face directory
 * and another in a GGUF file, and runs from either as it lies there.
 *
 * @param inputMajor whether projections are stored [in, out] (GPT-2's Conv1D) rather than [out, in]
 * @param qkv whether query, key and value have a matrix each or share one
 * @param adjacentPairs whether rotation turns the numbers (2i, 2i + 1) of a head rather than (i, i + dimensions / 2):
 *     GGUF's {@code llama} permutes the rows of queries and keys for it
 */
public record Layout(boolean inputMajor, Qkv qkv, boolean adjacentPairs) {
    /** Where queries, keys and values come from. */
    public enum Qkv {
        /** A matrix each. */
        SEPARATE,
        /** One matrix: all queries, then all keys, then all values. */
        BLOCKS,
        /** One matrix: query, key and value of head 0, then of head 1 and so on. */
        INTERLEAVED
    }

    /** As transformers stores a family. */
    public static Layout huggingFace(Family family) {
        return switch (family) {
            case GPT2 -> new Layout(true, Qkv.BLOCKS, false);
            case GPT_NEOX -> new Layout(false, Qkv.INTERLEAVED, false);
            case LLAMA, MISTRAL, QWEN2, QWEN3 -> new Layout(false, Qkv.SEPARATE, false);
        };
    }

    /** As llama.cpp's converter stores a family. */
    public static Layout gguf(Family family) {
        return switch (family) {
            case GPT2, GPT_NEOX -> new Layout(false, Qkv.BLOCKS, false);
            case LLAMA, MISTRAL -> new Layout(false, Qkv.SEPARATE, true);
            case QWEN2, QWEN3 -> new Layout(false, Qkv.SEPARATE, false);
        };
    }

    /** Whether query, key and value come from one stored matrix. */
    public boolean fusedQkv() {
        return qkv != Qkv.SEPARATE;
    }

    /** Whether the rows of that matrix go head by head rather than in three blocks. */
    public boolean interleavedQkv() {
        return qkv == Qkv.INTERLEAVED;
    }

    /** The rotation of every position, for numbers arranged like this. */
    RotaryTable table(Positions.Rotary rotary) {
        double[] frequencies = new double[rotary.dimensions() / 2];
        for (int pair = 0; pair < frequencies.length; pair++) {
            frequencies[pair] = rotary.scaling().frequency(rotary.theta(), rotary.dimensions(), pair);
        }
        return new RotaryTable(frequencies, rotary.scaling().magnitude(), adjacentPairs);
    }
}
