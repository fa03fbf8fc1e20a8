package dev.athanor.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tokens and merges of a SentencePiece-style BPE.
 *
 * @param tokens names by id, ▁ for a space, each once
 * @param merges pairs of symbols and what they become; several may have the same rank
 * @param lone characters that are no tokens but take part in merges: symbol {@code tokens.size() + i} is the i-th
 */
record SentencePieceVocabulary(List<String> tokens, List<Merge> merges, List<String> lone) {
    /** Characters of the longest token: the work for each of them grows with its square. */
    private static final int LONGEST = 1024;

    private static final int MOST_MERGES = 1 << 24;

    /** Symbols {@code left} and {@code right} become token {@code result}; the lowest rank goes first. */
    record Merge(int left, int right, int result, int rank) {}

    SentencePieceVocabulary {
        tokens = List.copyOf(tokens);
        merges = List.copyOf(merges);
        lone = List.copyOf(lone);
    }

    /**
     * SentencePiece's own rule: two neighbours merge where together they are a token, the highest score first.
     *
     * @param scores of the tokens, the highest merged first
     * @param text whether a token stands for text that merges can make, as against control tokens and bytes
     */
    static SentencePieceVocabulary byScores(List<String> tokens, List<Float> scores, List<Boolean> text) {
        Map<String, Integer> symbols = new HashMap<>();
        for (int id = 0; id < tokens.size(); id++) {
            if (text.get(id)) {
                symbols.put(tokens.get(id), id);
            }
        }
        List<String> lone = new ArrayList<>();
        for (String name : List.copyOf(symbols.keySet())) {
            if (name.length() > LONGEST) {
                throw new TokenizerFormatException("vocabulary: expected tokens of at most " + LONGEST
                        + " characters, found one of " + name.length());
            }
            name.codePoints().forEach(c -> {
                if (symbols.putIfAbsent(Character.toString(c), tokens.size() + lone.size()) == null) {
                    lone.add(Character.toString(c));
                }
            });
        }
        List<Float> ordered = scores.stream()
                .distinct()
                .sorted(java.util.Comparator.reverseOrder())
                .toList();
        Map<Float, Integer> ranks = new HashMap<>();
        ordered.forEach(score -> ranks.put(score, ranks.size()));
        List<Merge> merges = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            if (text.get(id)) {
                split(tokens.get(id), id, ranks.getOrDefault(scores.get(id), 0), symbols, merges);
            }
        }
        merges.sort(java.util.Comparator.comparingInt(Merge::rank)
                .thenComparingInt(Merge::left)
                .thenComparingInt(Merge::right));
        return new SentencePieceVocabulary(tokens, merges, lone);
    }

    private static void split(String name, int id, int rank, Map<String, Integer> symbols, List<Merge> merges) {
        for (int at = name.offsetByCodePoints(0, 1); at < name.length(); at = name.offsetByCodePoints(at, 1)) {
            Integer left = symbols.get(name.substring(0, at));
            Integer right = symbols.get(name.substring(at));
            if (left != null && right != null) {
                merges.add(new Merge(left, right, id, rank));
            }
        }
        if (merges.size() > MOST_MERGES) {
            throw new TokenizerFormatException(
                    "vocabulary: expected at most " + MOST_MERGES + " ways to put tokens together, found more");
        }
    }
}
