package dev.athanor.tokenizer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Vocabularies in use, from the jar of jtokkit: lines of a token in base 64 and its rank. */
final class Tiktoken {
    private Tiktoken() {}

    static BpeTokenizer load(String name, PreTokenizer cuts) {
        List<byte[]> tokens = new ArrayList<>();
        Map<Bytes, Integer> ids = new HashMap<>();
        try (InputStream in = Tiktoken.class.getResourceAsStream("/com/knuddels/jtokkit/" + name + ".tiktoken")) {
            if (in == null) {
                throw new IllegalStateException(name + " is not in the jar of jtokkit");
            }
            BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                byte[] token = Base64.getDecoder().decode(line.substring(0, line.indexOf(' ')));
                ids.put(new Bytes(token), tokens.size());
                tokens.add(token);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<BpeTokenizer.Merge> merges = new ArrayList<>();
        for (int id = 256; id < tokens.size(); id++) {
            merges.add(lastMerge(tokens.get(id), id, ids));
        }
        return new BpeTokenizer(tokens, merges, new TextRules(cuts, List.of()));
    }

    /** The two tokens that are left when only the merges before {@code id} are done. */
    private static BpeTokenizer.Merge lastMerge(byte[] token, int id, Map<Bytes, Integer> ids) {
        List<byte[]> parts = new ArrayList<>();
        for (byte b : token) {
            parts.add(new byte[] {b});
        }
        while (parts.size() > 2) {
            int best = -1;
            int bestId = id;
            for (int i = 0; i + 1 < parts.size(); i++) {
                Integer joined = ids.get(new Bytes(join(parts.get(i), parts.get(i + 1))));
                if (joined != null && joined < bestId) {
                    best = i;
                    bestId = joined;
                }
            }
            parts.set(best, join(parts.get(best), parts.remove(best + 1)));
        }
        Integer left = ids.get(new Bytes(parts.get(0)));
        Integer right = ids.get(new Bytes(parts.get(1)));
        if (left == null || right == null) {
            throw new IllegalStateException("token " + id + " has parts that are no tokens");
        }
        return new BpeTokenizer.Merge(left, right, id);
    }

    private static byte[] join(byte[] left, byte[] right) {
        byte[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }
}
