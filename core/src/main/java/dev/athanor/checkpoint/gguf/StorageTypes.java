package dev.athanor.checkpoint.gguf;

import dev.athanor.tensor.DType;
import dev.athanor.tensor.Shape;
import java.util.Optional;

/**
 * Which type each tensor of a GGUF file gets, as llama.cpp chooses: vectors, norms and learned positions stay F32;
 * below Q8_0 the head, whose errors reach the answer unmixed, gets Q6_K; rows that are no whole blocks get Q8_0 or F16.
 *
 * @param wanted type asked for, or none to keep what is there
 * @param headName tensor that makes the logits: the head, or the embedding where they are tied
 */
record StorageTypes(Optional<DType> wanted, String headName) {
    /**
     * A choice.
     *
     * @param reason why it is not the type asked for; empty where it is, or where nobody would expect it to be
     */
    record Choice(DType type, String reason) {}

    Choice choose(String name, Rearranged tensor) {
        return choose(name, tensor.type(), tensor.shape());
    }

    /** @param source type of the numbers now */
    Choice choose(String name, DType source, Shape shape) {
        if (!isMatrix(name, shape)) {
            return new Choice(wanted.isEmpty() && source.quantised() ? source : DType.F32, "");
        }
        if (wanted.isEmpty()) {
            return new Choice(source == DType.F64 ? DType.F32 : source, "");
        }
        DType type = wanted.get();
        String reason = "";
        if ((type == DType.Q4_0 || type == DType.Q4_K) && name.equals(headName)) {
            type = DType.Q6_K;
            reason = "it makes the logits";
        }
        int columns = shape.dim(-1);
        if (columns % type.blockElements() != 0) {
            reason = "rows of " + columns + " numbers are not whole blocks of " + type.blockElements();
            type = columns % DType.Q8_0.blockElements() == 0 ? DType.Q8_0 : DType.F16;
        }
        return new Choice(type, reason);
    }

    private static boolean isMatrix(String name, Shape shape) {
        return shape.rank() >= 2 && !name.endsWith("_norm.weight") && !name.startsWith("position_embd.");
    }

    /** Number of {@code type} among llama.cpp's file types (llama.h, enum llama_ftype). */
    static int fileType(DType type) {
        return switch (type) {
            case F32 -> 0;
            case F16 -> 1;
            case Q4_0 -> 2;
            case Q4_1 -> 3;
            case Q8_0 -> 7;
            case Q5_0 -> 8;
            case Q5_1 -> 9;
            case Q2_K -> 10;
            case Q3_K -> 12;
            case Q4_K -> 14;
            case Q5_K -> 16;
            case Q6_K -> 18;
            case IQ4_NL -> 25;
            case BF16 -> 32;
            default -> throw new IllegalArgumentException("file type: expected a type of weights, found " + type);
        };
    }
}
