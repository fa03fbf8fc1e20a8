package dev.athanor.generate.sample;

import dev.athanor.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Texts across which no repetition counts, as the tokens that begin them and what follows. One instance serves every
 * text of its vocabulary; making it looks at each token once for each breaker.
 */
public final class DryBreakers {
    /** llama.cpp compares at most this many tokens after the first. */
    private static final int TAIL = 20;

    private final Map<Integer, List<int[]>> tails;

    private DryBreakers(Map<Integer, List<int[]>> tails) {
        this.tails = tails;
    }

    /** No breakers: repetitions count across everything. */
    public static DryBreakers none() {
        return new DryBreakers(Map.of());
    }

    /**
     * Breakers as token sequences.
     *
     * @param sequences each with one token or more
     * @throws IllegalArgumentException where a sequence is empty
     */
    public static DryBreakers ofTokens(List<int[]> sequences) {
        Map<Integer, List<int[]>> tails = new HashMap<>();
        for (int[] sequence : sequences) {
            if (sequence.length == 0) {
                throw new IllegalArgumentException("dry_sequence_breakers: expected one token or more, found none");
            }
            add(tails, sequence[0], Arrays.copyOfRange(sequence, 1, sequence.length));
        }
        return new DryBreakers(tails);
    }

    /**
     * Breakers as texts. A token that holds a whole breaker is one; a token that ends with the beginning of one is one
     * where the rest follows in the tokens that the tokenizer makes of it. Breakers split within a character count only
     * where the tokenizer splits them so itself.
     *
     * @param texts none of them empty
     * @throws IllegalArgumentException where a text is empty
     */
    public static DryBreakers of(List<String> texts, Tokenizer tokenizer) {
        Map<Integer, List<int[]>> tails = new HashMap<>();
        for (String text : texts) {
            byte[] breaker = text.getBytes(StandardCharsets.UTF_8);
            if (breaker.length == 0) {
                throw new IllegalArgumentException("dry_sequence_breakers: expected texts, found an empty one");
            }
            for (int id = 0; id < tokenizer.vocabularySize(); id++) {
                overlaps(tails, id, tokenizer.bytes(id), breaker, tokenizer);
            }
            int[] whole = tokenizer.encode(text);
            if (whole.length > 1) {
                add(tails, whole[0], Arrays.copyOfRange(whole, 1, whole.length));
            }
        }
        return new DryBreakers(tails);
    }

    private static void overlaps(
            Map<Integer, List<int[]>> tails, int id, byte[] piece, byte[] breaker, Tokenizer tokenizer) {
        for (int at = 0; at < piece.length; at++) {
            int n = Math.min(piece.length - at, breaker.length);
            if (!Arrays.equals(piece, at, at + n, breaker, 0, n)) {
                continue;
            }
            if (n == breaker.length) {
                add(tails, id, new int[0]);
            } else if ((breaker[n] & 0xC0) != 0x80) {
                String rest = new String(breaker, n, breaker.length - n, StandardCharsets.UTF_8);
                add(tails, id, tokenizer.encode(rest));
            }
        }
    }

    private static void add(Map<Integer, List<int[]>> tails, int head, int[] tail) {
        int[] cut = tail.length > TAIL ? Arrays.copyOf(tail, TAIL) : tail;
        List<int[]> known = tails.computeIfAbsent(head, h -> new ArrayList<>());
        if (known.stream().noneMatch(t -> Arrays.equals(t, cut))) {
            known.add(cut);
        }
    }

    /** Whether this token alone is a breaker. */
    boolean breaksAlone(int id) {
        return tails.getOrDefault(id, List.of()).stream().anyMatch(t -> t.length == 0);
    }

    /**
     * How many of the last {@code window} tokens lie after the last breaker among them; all where there is none.
     *
     * @param recent the text so far, of which the first {@code count} tokens are valid
     */
    int tokensSinceBreak(int[] recent, int count, int window) {
        if (tails.isEmpty()) {
            return window;
        }
        for (int back = 0; back < window; back++) {
            int at = count - 1 - back;
            int longest = -1;
            for (int[] tail : tails.getOrDefault(recent[at], List.of())) {
                int end = at + 1 + tail.length;
                if (end <= count && Arrays.equals(recent, at + 1, end, tail, 0, tail.length)) {
                    longest = Math.max(longest, tail.length);
                }
            }
            if (longest >= 0) {
                return back - longest;
            }
        }
        return window;
    }
}
