package dev.athanor.corpus;

import java.util.Arrays;

/** Tokens in memory. */
public final class TokenBuffer implements TokenStore, TokenSink {
    private int[] tokens;
    private int size;
    private long rawBytes;

    public TokenBuffer() {
        tokens = new int[1 << 12];
    }

    @Override
    public void add(int[] ids, long bytes) {
        if (size + (long) ids.length > Integer.MAX_VALUE - 8) {
            throw new CorpusException(
                    "tokens: expected fewer than 2^31 in memory, found more; encode into a directory of shards");
        }
        if (size + ids.length > tokens.length) {
            tokens = Arrays.copyOf(tokens, (int)
                    Math.min(Integer.MAX_VALUE - 8, Math.max(size + (long) ids.length, tokens.length * 2L)));
        }
        System.arraycopy(ids, 0, tokens, size, ids.length);
        size += ids.length;
        rawBytes += bytes;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void copy(long from, int[] out, int at, int count) {
        System.arraycopy(tokens, Math.toIntExact(from), out, at, count);
    }

    @Override
    public long rawBytes() {
        return rawBytes;
    }
}
