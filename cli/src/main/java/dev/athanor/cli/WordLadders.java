package dev.athanor.cli;

import dev.athanor.generate.NearestTokens;
import dev.athanor.tokenizer.TokenText;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.tokenizer.WordTrace;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How words became tokens, merge by merge, and which words of the vocabulary are near them. */
final class WordLadders {
    private static final int NEAREST = 6;

    /** Letters of the shortest token that counts as a word. */
    private static final int WORD = 3;

    private final Tokenizer tokenizer;
    private final Optional<NearestTokens> near;
    private final List<WordTrace> words;
    private final boolean spaced;

    WordLadders(Tokenizer tokenizer, Optional<NearestTokens> near, List<WordTrace> words) {
        this.tokenizer = tokenizer;
        this.near = near;
        this.words = words;
        this.spaced = hasSpacedWords();
    }

    /** Where words come with the space before them, tokens without one are pieces of words. */
    private boolean hasSpacedWords() {
        for (int id = 0; id < tokenizer.vocabularySize(); id++) {
            String text = TokenText.of(tokenizer, id);
            if (text.startsWith(" ") && letters(text.substring(1)) >= WORD) {
                return true;
            }
        }
        return false;
    }

    /** How many letters {@code text} has, 0 where it has anything else. */
    private static int letters(String text) {
        return text.codePoints().allMatch(Character::isLetter) ? text.codePointCount(0, text.length()) : 0;
    }

    private boolean isWord(int id) {
        if (id >= tokenizer.vocabularySize() || tokenizer.isSpecial(id)) {
            return false;
        }
        String text = TokenText.of(tokenizer, id);
        return text.startsWith(" ") == spaced && letters(text.strip()) >= WORD;
    }

    private List<NearestTokens.Near> nearest(WordTrace word) {
        if (near.isEmpty() || letters(word.text().strip()) == 0) {
            return List.of();
        }
        String same = word.text().strip();
        return near.get()
                .to(
                        word.ids(),
                        NEAREST,
                        id -> isWord(id) && !TokenText.of(tokenizer, id).strip().equals(same));
    }

    void print(PrintStream out) {
        for (WordTrace word : words) {
            out.println(Visible.token(word.text()));
            List<WordTrace.Step> steps = word.steps();
            for (WordTrace.Step step : steps) {
                String parts = String.join(
                        " ", step.parts().stream().map(Visible::token).toList());
                boolean merge = step.rank() != WordTrace.NO_MERGE;
                out.println(
                        merge
                                ? String.format(
                                        Locale.ROOT,
                                        "    %-40s merge %,d makes %s",
                                        parts,
                                        step.rank() + 1,
                                        Visible.token(step.parts().get(step.merged())))
                                : "    " + parts);
            }
            out.println("  " + tokens(word));
            List<NearestTokens.Near> found = nearest(word);
            if (!found.isEmpty()) {
                List<String> shown = new ArrayList<>();
                found.forEach(n -> shown.add(String.format(
                        Locale.ROOT, "%s %.2f", TokenText.of(tokenizer, n.id()).strip(), n.cosine())));
                out.println("  near " + (word.ids().size() == 1 ? "it" : "the mean of its embeddings") + ": "
                        + String.join(", ", shown));
            }
            out.println();
        }
    }

    private String tokens(WordTrace word) {
        List<String> ids = word.ids().stream().map(String::valueOf).toList();
        return (ids.size() == 1 ? "one token, id " : ids.size() + " tokens, ids ") + String.join(" ", ids);
    }

    ArrayNode json() {
        ArrayNode array = Json.array();
        for (WordTrace word : words) {
            ObjectNode node = array.addObject();
            node.put("text", word.text());
            ArrayNode ids = node.putArray("ids");
            word.ids().forEach(ids::add);
            ArrayNode steps = node.putArray("steps");
            for (WordTrace.Step step : word.steps()) {
                ObjectNode one = steps.addObject();
                if (step.rank() != WordTrace.NO_MERGE) {
                    one.put("rank", step.rank());
                }
                ArrayNode parts = one.putArray("parts");
                step.parts().forEach(parts::add);
            }
            ArrayNode nearest = node.putArray("nearest");
            nearest(word).forEach(n -> {
                ObjectNode one = nearest.addObject();
                one.put("id", n.id());
                one.put("token", TokenText.of(tokenizer, n.id()));
                Json.put(one, "cosine", n.cosine());
            });
        }
        return array;
    }
}
