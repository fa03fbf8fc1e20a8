package dev.athanor.tokenizer;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** One token as text for people. Bytes that are part of a character are shown as bytes, never as U+FFFD. */
public final class TokenText {
    private TokenText() {}

    /** The text of token {@code id} of {@code tokenizer}. */
    public static String of(Tokenizer tokenizer, int id) {
        return of(tokenizer.bytes(id));
    }

    /** Whole characters as they are; runs of other bytes in hexadecimal between ⟨ and ⟩. */
    public static String of(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        boolean open = false;
        for (int at = 0; at < bytes.length; ) {
            int length = character(bytes, at);
            if (length > 0 && open) {
                text.append('⟩');
                open = false;
            }
            if (length > 0) {
                text.append(new String(bytes, at, length, StandardCharsets.UTF_8));
                at += length;
                continue;
            }
            text.append(open ? " " : "⟨").append(String.format("%02X", bytes[at] & 0xFF));
            open = true;
            at++;
        }
        return open ? text.append('⟩').toString() : text.toString();
    }

    /** Whether the bytes are whole characters. */
    public static boolean isWhole(byte[] bytes) {
        for (int at = 0; at < bytes.length; ) {
            int length = character(bytes, at);
            if (length == 0) {
                return false;
            }
            at += length;
        }
        return true;
    }

    /** Bytes of the character at {@code at}; 0 where none begins or it is not all there. */
    private static int character(byte[] bytes, int at) {
        int first = bytes[at] & 0xFF;
        int length = first < 0x80 ? 1 : first < 0xC0 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        if (length <= 1) {
            return length;
        }
        if (at + length > bytes.length) {
            return 0;
        }
        try { // refuses overlong forms, halves of surrogate pairs and what is beyond U+10FFFF
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, at, length));
            return length;
        } catch (CharacterCodingException e) {
            return 0;
        }
    }
}
