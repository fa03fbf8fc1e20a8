package dev.athanor.tokenizer;

import java.text.Normalizer;

/** What happens to text before it is cut into pieces. */
public enum Normalization {
    /** Nothing. */
    NONE,
    /**
     * Unicode canonical composition (UAX #15), so that é is one character however it was typed. Decoding gives the
     * composed form. Hugging Face's library composes by Unicode 9, by which models were trained; characters that came
     * later stand still here, too.
     */
    NFC;

    /**
     * First and last of each range of later characters that the JDK would compose or reorder, ascending; a test finds
     * any that is missing.
     */
    private static final int[] LATER = {
        0x07FD, 0x07FD, 0x0897, 0x089F, 0x08CA, 0x08D3, 0x09FE, 0x09FE,
        0x0C3C, 0x0C3C, 0x0D3B, 0x0D3C, 0x0EBA, 0x0EBA, 0x1715, 0x1715,
        0x1ABF, 0x1ACE, 0x1DF6, 0x1DFA, 0xA82C, 0xA82C, 0x105D2, 0x105D2,
        0x105DA, 0x105DA, 0x10D24, 0x10D27, 0x10D69, 0x10D6D, 0x10EAB, 0x10EAC,
        0x10EFD, 0x10EFF, 0x10F46, 0x10F50, 0x10F82, 0x10F85, 0x11070, 0x11070,
        0x1133B, 0x1133B, 0x11382, 0x113D0, 0x1145E, 0x1145E, 0x11839, 0x1183A,
        0x11930, 0x11943, 0x119E0, 0x119E0, 0x11A34, 0x11A34, 0x11A47, 0x11A47,
        0x11A99, 0x11A99, 0x11D42, 0x11D42, 0x11D44, 0x11D45, 0x11D97, 0x11D97,
        0x11F41, 0x11F42, 0x1611E, 0x1612F, 0x16D63, 0x16D6A, 0x16FF0, 0x16FF1,
        0x1E08F, 0x1E08F, 0x1E130, 0x1E136, 0x1E2AE, 0x1E2AE, 0x1E2EC, 0x1E2EF,
        0x1E4EC, 0x1E4EF, 0x1E5EE, 0x1E5EF
    };

    String apply(String text) {
        if (this == NONE || Normalizer.isNormalized(text, Normalizer.Form.NFC)) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        int done = 0;
        for (int at = 0; at < text.length(); ) {
            int c = text.codePointAt(at);
            int next = at + Character.charCount(c);
            if (c >= LATER[0] && isLater(c)) {
                out.append(Normalizer.normalize(text.substring(done, at), Normalizer.Form.NFC))
                        .appendCodePoint(c);
                done = next;
            }
            at = next;
        }
        return out.append(Normalizer.normalize(text.substring(done), Normalizer.Form.NFC))
                .toString();
    }

    private static boolean isLater(int c) {
        int low = 0;
        int high = LATER.length / 2 - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (c < LATER[2 * middle]) {
                high = middle - 1;
            } else if (c > LATER[2 * middle + 1]) {
                low = middle + 1;
            } else {
                return true;
            }
        }
        return false;
    }
}
