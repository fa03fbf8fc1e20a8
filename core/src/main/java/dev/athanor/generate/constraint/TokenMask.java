package dev.athanor.generate.constraint;

import dev.athanor.tokenizer.Tokenizer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which tokens of a vocabulary a constraint lets through. Safe to share between threads and constraints. */
public final class TokenMask {
    /** Masks kept: one takes a bit per token, so 50,000 tokens take 6 kB. */
    private static final int KEPT = 256;

    private final Tokenizer tokenizer;
    private final TokenTrie trie;

    private final LinkedHashMap<Constraint.State, BitSet> masks = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Constraint.State, BitSet> eldest) {
            return size() > KEPT;
        }
    };

    /** Reads all tokens of {@code tokenizer}; special ones and those without bytes are never allowed. */
    public TokenMask(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.trie = TokenTrie.of(tokenizer);
    }

    /** Tokens all of whose bytes may follow {@code state}; the caller owns the set. */
    public BitSet allowed(Constraint.State state) {
        synchronized (masks) {
            BitSet known = masks.get(state);
            if (known != null) {
                return (BitSet) known.clone();
            }
        }
        BitSet mask = walk(state);
        synchronized (masks) {
            masks.put(state, mask);
        }
        return (BitSet) mask.clone();
    }

    /**
     * State after {@code token}; empty when it is not allowed.
     *
     * @throws IllegalArgumentException when the vocabulary has no such token
     */
    public Optional<Constraint.State> advance(Constraint.State state, int token) {
        if (token < 0 || token >= tokenizer.vocabularySize()) {
            throw new IllegalArgumentException("a token from 0 to " + (tokenizer.vocabularySize() - 1)
                    + " was expected, found " + token + "; use the tokenizer that this mask was made for");
        }
        if (tokenizer.isSpecial(token)) {
            return Optional.empty();
        }
        byte[] bytes = tokenizer.bytes(token);
        Optional<Constraint.State> now = bytes.length == 0 ? Optional.empty() : Optional.of(state);
        for (byte b : bytes) {
            now = now.flatMap(before -> before.next(b));
        }
        return now;
    }

    /** A state and what is known of the states after it: equal states are looked into once in a walk. */
    private static final class Seen {
        static final Seen DEAD = new Seen(Optional.empty());

        final Optional<Constraint.State> state;
        final @Nullable Seen[] next = new @Nullable Seen[256];

        Seen(Optional<Constraint.State> state) {
            this.state = state;
        }

        Seen after(int b, Map<Constraint.State, Seen> all) {
            Seen known = next[b];
            if (known == null) {
                Optional<Constraint.State> then = state.flatMap(now -> now.next((byte) b));
                known = then.isEmpty() ? DEAD : all.computeIfAbsent(then.get(), found -> new Seen(Optional.of(found)));
                next[b] = known;
            }
            return known;
        }
    }

    /** As {@link #allowed}, without looking among the masks that are kept. */
    @SuppressWarnings("ReferenceEquality") // there is one dead end
    BitSet walk(Constraint.State state) {
        BitSet mask = new BitSet(tokenizer.vocabularySize());
        Map<Constraint.State, Seen> all = new HashMap<>();
        Seen[] path = new Seen[trie.depth() + 1];
        path[0] = new Seen(Optional.of(state));
        int node = 1;
        while (node < trie.size()) {
            int depth = trie.depth(node);
            Seen now = path[depth - 1].after(trie.lastByte(node), all);
            if (now == Seen.DEAD) {
                node = trie.skip(node);
            } else {
                path[depth] = now;
                trie.addTokens(node, mask);
                node++;
            }
        }
        return mask;
    }
}
