package dev.athanor.generate.batch;

import dev.athanor.model.KvCache;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Keys and values of prompts that were read, for prompts that begin alike. Only what was read, never what was written,
 * is kept: reading and writing add up in different orders, and a text must not depend on what came before it.
 */
final class Prefixes {
    /** Shorter beginnings are read again in no time. */
    static final int LEAST = 8;

    /** Prompts kept at most, whatever they take. */
    private static final int MOST = 256;

    private record Entry(int[] tokens, KvCache cache) {}

    private final long mostBytes;
    private final List<Entry> entries = new ArrayList<>(); // the latest used last
    private long bytes;

    Prefixes(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /**
     * A cache with the longest beginning of {@code prompt} that is known.
     *
     * @param most tokens wanted
     * @param capacity of the cache returned
     */
    Optional<KvCache> find(int[] prompt, int most, int capacity) {
        int best = -1;
        int length = 0;
        for (int i = 0; i < entries.size(); i++) {
            int common = Math.min(most, common(entries.get(i).tokens, prompt));
            if (common > length) {
                length = common;
                best = i;
            }
        }
        if (length < LEAST) {
            return Optional.empty();
        }
        Entry found = entries.remove(best);
        entries.add(found);
        return Optional.of(found.cache.copy(length, capacity));
    }

    /** How many tokens {@link #find} would give. */
    int known(int[] prompt, int most) {
        int length = entries.stream()
                .mapToInt(entry -> Math.min(most, common(entry.tokens, prompt)))
                .max()
                .orElse(0);
        return length < LEAST ? 0 : length;
    }

    /** How many tokens two prompts begin with alike. */
    static int common(int[] a, int[] b) {
        int mismatch = Arrays.mismatch(a, b);
        return mismatch < 0 ? a.length : mismatch;
    }

    /** Keeps the beginning of {@code cache}, which has just read {@code prompt} and nothing else. */
    void keep(int[] prompt, KvCache cache) {
        if (mostBytes == 0 || prompt.length < LEAST || !cache.whole()) {
            return;
        }
        for (Entry entry : entries) {
            if (common(entry.tokens, prompt) == prompt.length) {
                return; // a longer one begins with this one
            }
        }
        entries.removeIf(entry -> {
            boolean shorter = common(entry.tokens, prompt) == entry.tokens.length;
            bytes -= shorter ? entry.cache.bytes() : 0;
            return shorter;
        });
        KvCache copy = cache.copy(prompt.length, prompt.length);
        entries.add(new Entry(prompt.clone(), copy));
        bytes += copy.bytes();
        while (!entries.isEmpty() && (bytes > mostBytes || entries.size() > MOST)) {
            bytes -= entries.removeFirst().cache.bytes();
        }
    }

    long bytes() {
        return bytes;
    }

    void clear() {
        entries.clear();
        bytes = 0;
    }
}
