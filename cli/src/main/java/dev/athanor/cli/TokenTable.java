package dev.athanor.cli;

import dev.athanor.tokenizer.TokenText;
import dev.athanor.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The tokens of a text. Where several tokens make one character, each says which part of it it is. */
final class TokenTable {
    /** UTF-8 has no longer characters, so no more tokens share one. */
    private static final int MOST_PARTS = 4;

    private final Tokenizer tokenizer;
    private final int[] ids;
    private final String[] parts;

    TokenTable(Tokenizer tokenizer, int[] ids) {
        this.tokenizer = tokenizer;
        this.ids = ids;
        this.parts = new String[ids.length];
        Arrays.fill(parts, "");
        for (int i = 0; i < ids.length; ) {
            i += Math.max(1, character(i));
        }
    }

    /** Marks tokens from {@code first} on that make whole characters only together; how many they are, or 0. */
    private int character(int first) {
        if (TokenText.isWhole(tokenizer.bytes(ids[first]))) {
            return 0;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int n = 1; n <= MOST_PARTS && first + n <= ids.length; n++) {
            bytes.writeBytes(tokenizer.bytes(ids[first + n - 1]));
            if (n > 1 && TokenText.isWhole(bytes.toByteArray())) {
                String text = Visible.token(bytes.toString(StandardCharsets.UTF_8));
                for (int k = 0; k < n; k++) {
                    parts[first + k] = "part " + (k + 1) + " of " + n + " of " + text;
                }
                return n;
            }
        }
        return 0;
    }

    private static int characters(String text) {
        return text.codePointCount(0, text.length());
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private double bytesPerToken(String text) {
        return ids.length == 0 ? 0 : (double) bytes(text) / ids.length;
    }

    void print(PrintStream out, String text) {
        for (int i = 0; i < ids.length; i++) {
            out.println(String.format(
                            Locale.ROOT,
                            "%8d  %-20s  %s",
                            ids[i],
                            Visible.token(TokenText.of(tokenizer, ids[i])),
                            parts[i])
                    .stripTrailing());
        }
        out.printf(
                Locale.ROOT,
                "%,d tokens for %,d characters, %,d bytes: %.2f bytes a token%n",
                ids.length,
                characters(text),
                bytes(text),
                bytesPerToken(text));
    }

    ObjectNode json(String text) {
        ObjectNode node = Json.object();
        ArrayNode numbers = node.putArray("ids");
        ArrayNode tokens = node.putArray("tokens");
        ArrayNode offsets = node.putArray("offsets");
        long at = 0;
        for (int id : ids) {
            numbers.add(id);
            tokens.add(TokenText.of(tokenizer, id));
            long end = at + tokenizer.bytes(id).length;
            offsets.addArray().add(at).add(end);
            at = end;
        }
        node.put("offsets_in", "bytes of the tokens joined");
        node.put("count", ids.length);
        node.put("characters", characters(text));
        node.put("bytes", bytes(text));
        Json.put(node, "bytes_per_token", bytesPerToken(text));
        return node;
    }
}
