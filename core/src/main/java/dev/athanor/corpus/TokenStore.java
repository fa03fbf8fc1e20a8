package dev.athanor.corpus;

/** A long row of token ids. */
public interface TokenStore {
    long size();

    /** Copies {@code count} ids from {@code from} on into {@code out} at {@code at}. */
    void copy(long from, int[] out, int at, int count);

    /** UTF-8 bytes of the text these tokens stand for; end-of-text tokens have none. */
    long rawBytes();
}
