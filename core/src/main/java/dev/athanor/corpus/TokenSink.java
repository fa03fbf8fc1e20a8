package dev.athanor.corpus;

/** Takes token ids as a text is encoded. */
public interface TokenSink {
    /** Appends ids that stand for {@code bytes} bytes of UTF-8 text. */
    void add(int[] ids, long bytes);
}
