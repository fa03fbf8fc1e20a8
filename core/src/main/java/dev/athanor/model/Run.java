package dev.athanor.model;

import java.util.Optional;

/**
 * One forward pass.
 *
 * @param batch sequences
 * @param length new tokens per sequence
 * @param cache where the tokens before are kept; absent when every sequence starts at its first position
 * @param dropout probability of dropping, 0 outside training
 * @param dropoutSeed which elements drop
 */
record Run(int batch, int length, Optional<KvCache> cache, float dropout, long dropoutSeed) {
    static Run of(int batch, int length) {
        return new Run(batch, length, Optional.empty(), 0f, 0);
    }

    static Run cached(int length, KvCache cache) {
        return new Run(1, length, Optional.of(cache), 0f, 0);
    }

    int firstPosition() {
        return cache.map(KvCache::length).orElse(0);
    }
}
