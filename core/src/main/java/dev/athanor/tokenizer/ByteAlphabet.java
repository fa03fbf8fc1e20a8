package dev.athanor.tokenizer;

import java.util.Arrays;
import java.util.Locale;

/**
 * The printable character that stands for each byte in tokenizer.json, as GPT-2 chose them: printable Latin-1 stands
 * for itself, every other byte for the next free character from U+0100 on.
 */
final class ByteAlphabet {
    private static final char[] CHARACTERS = new char[256];
    private static final int[] BYTES = new int[512];

    static {
        Arrays.fill(BYTES, -1);
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
            CHARACTERS[b] = (char) (printable ? b : next++);
            BYTES[CHARACTERS[b]] = b;
        }
    }

    private ByteAlphabet() {}

    /** The characters for {@code bytes}. */
    static String encode(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            text.append(CHARACTERS[b & 0xFF]);
        }
        return text.toString();
    }

    /** The byte that character {@code c} stands for, or -1. */
    static int stoodFor(int c) {
        return c < BYTES.length ? BYTES[c] : -1;
    }

    /** Whether every character of {@code text} stands for a byte. */
    static boolean covers(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (stoodFor(text.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }

    /** The bytes {@code text} stands for. */
    static byte[] decode(String text) {
        byte[] bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = text.charAt(i);
            int b = stoodFor(c);
            if (b < 0) {
                throw new TokenizerFormatException(
                        "token " + Fields.shown(text) + ": expected characters of the byte alphabet, found U+"
                                + Integer.toHexString(c).toUpperCase(Locale.ROOT));
            }
            bytes[i] = (byte) b;
        }
        return bytes;
    }
}
