package dev.athanor.tokenizer;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Finds added tokens in text: leftmost first, the longest where several begin together. */
final class AddedTokens {
    /** Bounds the work at each position of a text, whatever file the tokens came from. */
    static final int LONGEST = 512;

    private final Map<Long, Integer> edges = new HashMap<>(); // node and character -> node
    private final Map<Integer, AddedToken> ends = new HashMap<>(); // node -> the token that ends there
    private final BitSet first = new BitSet();
    private int nodes = 1;

    /** What is between and at the matches, in order. */
    interface Parts {
        void text(String text, int start, int end);

        void token(AddedToken token);
    }

    AddedTokens(List<AddedToken> tokens, UnaryOperator<String> normalization) {
        for (AddedToken token : tokens) {
            String content = token.normalized() ? normalization.apply(token.content()) : token.content();
            if (content.length() > LONGEST) {
                throw new TokenizerFormatException("added token " + token.id() + ": expected at most " + LONGEST
                        + " characters, found " + content.length());
            }
            first.set(content.charAt(0));
            int node = 0;
            for (int i = 0; i < content.length(); i++) {
                node = edges.computeIfAbsent(edge(node, content.charAt(i)), key -> nodes++);
            }
            ends.putIfAbsent(node, token);
        }
    }

    private static long edge(int node, char c) {
        return ((long) node << 16) | c;
    }

    boolean isEmpty() {
        return ends.isEmpty();
    }

    /** Splits {@code text}. Special tokens stay text unless {@code specials}. */
    void split(String text, boolean specials, Parts parts) {
        int done = 0;
        for (int at = first(text, 0); at < text.length(); ) {
            int end = longest(text, at);
            if (end < 0) {
                at = first(text, at + 1);
                continue;
            }
            AddedToken token = token(text, at, end);
            if ((token.special() && !specials) || (token.singleWord() && touchesWord(text, at, end))) {
                at = first(text, end); // the reference goes on behind it, too
                continue;
            }
            int start = token.leftStrip() ? spacesBefore(text, at, done) : at;
            int stop = token.rightStrip() ? spacesAfter(text, end) : end;
            if (done < start) {
                parts.text(text, done, start);
            }
            parts.token(token);
            done = stop;
            at = first(text, end); // the reference finds tokens in the spaces that the last one took, too
        }
        if (done < text.length()) {
            parts.text(text, done, text.length());
        }
    }

    private int first(String text, int at) {
        while (at < text.length() && !first.get(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private int longest(String text, int start) {
        int node = 0;
        int end = -1;
        for (int at = start; at < text.length(); at++) {
            Integer next = edges.get(edge(node, text.charAt(at)));
            if (next == null) {
                break;
            }
            node = next;
            if (ends.containsKey(node)) {
                end = at + 1;
            }
        }
        return end;
    }

    private AddedToken token(String text, int start, int end) {
        int node = 0;
        for (int at = start; at < end; at++) {
            node = edges.getOrDefault(edge(node, text.charAt(at)), 0);
        }
        AddedToken token = ends.get(node);
        if (token == null) {
            throw new IllegalStateException("no added token ends at " + end);
        }
        return token;
    }

    private static boolean touchesWord(String text, int start, int end) {
        return (start > 0 && CharClass.isWord(text.codePointBefore(start)))
                || (end < text.length() && CharClass.isWord(text.codePointAt(end)));
    }

    private static int spacesBefore(String text, int at, int least) {
        while (at > least && CharClass.isSpace(text.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    private static int spacesAfter(String text, int at) {
        while (at < text.length() && CharClass.isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }
}
