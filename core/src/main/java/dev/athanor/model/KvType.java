package dev.athanor.model;

import dev.athanor.kernel.Q8Rows;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How a {@link KvCache} stores keys and values. Attention computes in F32 with all of them; the smaller ones hold more
 * text in the same memory, and a long text's tokens come sooner, since less is read for each.
 */
public enum KvType {
    /** As computed, 4 bytes a number. */
    F32,

    /** IEEE 754 halves, 2 bytes a number: 11 bits of precision, nothing above 65,504. */
    F16,

    /** The upper halves of F32, 2 bytes a number: 8 bits of precision, F32's range. */
    BF16,

    /** Blocks of 32 numbers of a head, a byte each and an F16 for their scale: 34 bytes, as ggml's Q8_0. */
    Q8_0;

    /** Name on a command line and in messages. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The type {@code code} names.
     *
     * @throws IllegalArgumentException with the names there are
     */
    public static KvType of(String code) {
        for (KvType type : values()) {
            if (type.code().equals(code)) {
                return type;
            }
        }
        throw new IllegalArgumentException("KV cache: expected a type among "
                + Arrays.stream(values()).map(KvType::code).collect(Collectors.joining(", ")) + ", found " + code);
    }

    /** Bytes {@code numbers} numbers take, whole blocks. */
    public long bytes(long numbers) {
        return switch (this) {
            case F32 -> 4 * numbers;
            case F16, BF16 -> 2 * numbers;
            case Q8_0 -> numbers + numbers / Q8Rows.BLOCK * 2;
        };
    }

    /** @throws IllegalArgumentException when heads of the model cannot be stored so */
    public void check(ModelConfig config) {
        if (this == Q8_0 && config.headSize() % Q8Rows.BLOCK != 0) {
            throw new IllegalArgumentException("KV cache: expected heads of a multiple of " + Q8Rows.BLOCK
                    + " numbers for " + code() + ", found " + config.headSize()
                    + " in this model; choose f16, bf16 or f32");
        }
    }
}
