package dev.athanor.train;

import dev.athanor.corpus.Corpus;
import dev.athanor.corpus.TokenStore;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** A short text that tells one corpus from another, so that a run is never resumed on other data without a word. */
final class Fingerprint {
    private static final int CHUNK = 1 << 14;

    private Fingerprint() {}

    static String of(Corpus corpus) {
        return of(corpus.train()) + " training and " + of(corpus.validation()) + " validation tokens";
    }

    private static String of(TokenStore tokens) {
        CRC32C sum = new CRC32C();
        int[] ids = new int[CHUNK];
        ByteBuffer bytes = ByteBuffer.allocate(4 * CHUNK);
        for (long at = 0; at < tokens.size(); at += CHUNK) {
            int count = (int) Math.min(CHUNK, tokens.size() - at);
            tokens.copy(at, ids, 0, count);
            bytes.clear();
            bytes.asIntBuffer().put(ids, 0, count);
            sum.update(bytes.limit(4 * count));
        }
        return tokens.size() + " (CRC-32C " + Long.toHexString(sum.getValue()) + ")";
    }
}
