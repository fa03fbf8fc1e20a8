package dev.athanor.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Turns ids into text as they come. Only whole characters come out: bytes that may be the beginning of one wait for the
 * rest. What came out in all, {@link #flush} included, equals {@link Tokenizer#decode} of all ids. Not for sharing
 * between threads.
 */
public final class StreamingDecoder {
    private final Tokenizer tokenizer;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] waiting = {};

    public StreamingDecoder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** The characters that {@code id} completes, possibly none. */
    public String feed(int id) {
        byte[] token = tokenizer.bytes(id);
        byte[] bytes = new byte[waiting.length + token.length];
        System.arraycopy(waiting, 0, bytes, 0, waiting.length);
        System.arraycopy(token, 0, bytes, waiting.length, token.length);
        return decode(bytes, false);
    }

    /** What still waits, with U+FFFD for an unfinished character; the decoder is then as new. */
    public String flush() {
        return decode(waiting, true);
    }

    private String decode(byte[] bytes, boolean last) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        decoder.reset().decode(in, out, last);
        if (last) {
            decoder.flush(out);
        }
        waiting = new byte[in.remaining()];
        in.get(waiting);
        return out.flip().toString();
    }
}
