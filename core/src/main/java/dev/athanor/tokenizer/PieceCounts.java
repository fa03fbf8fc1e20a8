package dev.athanor.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * How often each distinct piece of text occurs. One flat array of bytes and three of numbers, since a hundred megabytes
 * of hostile text have ten million distinct pieces.
 */
final class PieceCounts {
    private byte[] bytes = new byte[1 << 16];
    private int[] ends = new int[1 << 12]; // piece i lies between ends[i] and ends[i + 1]
    private long[] counts = new long[1 << 12];
    private int[] table = new int[1 << 13]; // piece + 1 by hash, 0 where free
    private int size;

    int size() {
        return size;
    }

    long count(int piece) {
        return counts[piece];
    }

    int length(int piece) {
        return ends[piece + 1] - ends[piece];
    }

    int byteAt(int piece, int index) {
        return bytes[ends[piece] + index] & 0xFF;
    }

    /** Bytes of all distinct pieces together. */
    int totalBytes() {
        return ends[size];
    }

    void add(String text, int start, int end) {
        byte[] piece = text.substring(start, end).getBytes(StandardCharsets.UTF_8);
        int slot = slot(piece);
        if (table[slot] != 0) {
            counts[table[slot] - 1]++;
            return;
        }
        int used = ends[size];
        if (piece.length > bytes.length - used) {
            bytes = Arrays.copyOf(bytes, grown(bytes.length, Math.addExact(used, piece.length)));
        }
        if (size + 2 > ends.length) {
            ends = Arrays.copyOf(ends, grown(ends.length, size + 2));
            counts = Arrays.copyOf(counts, ends.length);
        }
        System.arraycopy(piece, 0, bytes, used, piece.length);
        counts[size] = 1;
        ends[++size] = used + piece.length;
        table[slot] = size;
        if (size * 2L > table.length) {
            rehash();
        }
    }

    private static int grown(int now, int least) {
        return (int) Math.max(least, Math.min(Integer.MAX_VALUE - 16L, now + (now >> 1)));
    }

    private int slot(byte[] piece) {
        int mask = table.length - 1;
        int slot = spread(Arrays.hashCode(piece)) & mask;
        while (table[slot] != 0 && !same(table[slot] - 1, piece)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private boolean same(int number, byte[] piece) {
        return Arrays.equals(bytes, ends[number], ends[number + 1], piece, 0, piece.length);
    }

    private static int spread(int hash) {
        int mixed = hash * 0x9E3779B9;
        return mixed ^ (mixed >>> 15);
    }

    private void rehash() {
        table = new int[Math.multiplyExact(table.length, 2)];
        int mask = table.length - 1;
        for (int piece = 0; piece < size; piece++) {
            int hash = 1; // as Arrays.hashCode
            for (int i = ends[piece]; i < ends[piece + 1]; i++) {
                hash = 31 * hash + bytes[i];
            }
            int slot = spread(hash) & mask;
            while (table[slot] != 0) {
                slot = (slot + 1) & mask;
            }
            table[slot] = piece + 1;
        }
    }
}
