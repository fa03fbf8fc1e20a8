package dev.athanor.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that can be looked up. */
record Bytes(byte[] array) {
    static Bytes utf8(String text, int start, int end) {
        return new Bytes(text.substring(start, end).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(array);
    }
}
