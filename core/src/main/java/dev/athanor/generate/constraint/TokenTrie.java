package dev.athanor.generate.constraint;

import dev.athanor.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * The bytes of all tokens as a tree, its nodes in the order of a walk from the root (node 0): a node is followed by
 * what lies below it, and {@link #skip} leads past that.
 */
final class TokenTrie {
    private final byte[] lastBytes;
    private final int[] depths;
    private final int[] skips;

    /** Where each node's tokens begin in {@link #tokens}; they end where the next node's begin. */
    private final int[] tokensFrom;

    private final int[] tokens;
    private final int size;
    private final int depth;

    private TokenTrie(byte[][] texts, int[] sorted) {
        int most = 1;
        for (int token : sorted) {
            most = Math.addExact(most, texts[token].length);
        }
        lastBytes = new byte[most];
        depths = new int[most];
        skips = new int[most];
        tokensFrom = new int[most + 1];
        tokens = sorted;
        int n = 1;
        int deepest = 0;
        byte[] before = new byte[0];
        for (int i = 0; i < sorted.length; i++) {
            byte[] text = texts[sorted[i]];
            int shared = Arrays.mismatch(before, text);
            for (int d = shared < 0 ? text.length : shared; d < text.length; d++) {
                lastBytes[n] = text[d];
                depths[n] = d + 1;
                tokensFrom[n] = i;
                n++;
            }
            before = text;
            deepest = Math.max(deepest, text.length);
        }
        size = n;
        depth = deepest;
        tokensFrom[n] = sorted.length;
        findSkips();
    }

    static TokenTrie of(Tokenizer tokenizer) {
        byte[][] texts = new byte[tokenizer.vocabularySize()][];
        for (int token = 0; token < texts.length; token++) {
            texts[token] = tokenizer.isSpecial(token) ? new byte[0] : tokenizer.bytes(token);
        }
        int[] sorted = IntStream.range(0, texts.length)
                .filter(token -> texts[token].length > 0)
                .boxed()
                .sorted((a, b) -> Arrays.compareUnsigned(texts[a], texts[b]))
                .mapToInt(token -> token)
                .toArray();
        return new TokenTrie(texts, sorted);
    }

    /** A node's subtree ends at the first later node that is not deeper. */
    private void findSkips() {
        int[] path = new int[depth + 1];
        int open = 0;
        for (int node = 1; node < size; node++) {
            while (open >= depths[node]) {
                skips[path[open--]] = node;
            }
            path[++open] = node;
        }
        while (open > 0) {
            skips[path[open--]] = size;
        }
    }

    /** Number of nodes, the root included. */
    int size() {
        return size;
    }

    /** Bytes of the longest token. */
    int depth() {
        return depth;
    }

    /** Bytes from the root to {@code node}. */
    int depth(int node) {
        return depths[node];
    }

    /** The byte, 0 to 255, that leads to {@code node}. */
    int lastByte(int node) {
        return lastBytes[node] & 0xFF;
    }

    /** The next node that is not below {@code node}. */
    int skip(int node) {
        return skips[node];
    }

    /** Adds the tokens that end at {@code node}. */
    void addTokens(int node, BitSet into) {
        for (int i = tokensFrom[node]; i < tokensFrom[node + 1]; i++) {
            into.set(tokens[i]);
        }
    }
}
