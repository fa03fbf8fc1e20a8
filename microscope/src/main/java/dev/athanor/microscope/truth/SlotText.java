package dev.athanor.microscope.truth;

import dev.athanor.corpus.tales.Slot;
import dev.athanor.corpus.tales.Span;
import dev.athanor.corpus.tales.Story;
import dev.athanor.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The text before a slot as tokens, and which of them are evidence.
 *
 * @param tokens the last ones before the slot that fit
 * @param evidence indices into {@code tokens} of those that share a character with an evidence word
 */
record SlotText(int[] tokens, Set<Integer> evidence) {
    /** None where a word of the evidence does not fit, or all words are evidence. */
    static Optional<SlotText> of(Tokenizer tokenizer, Story story, Slot slot, int most) {
        String before = story.text().substring(0, slot.word().start()).stripTrailing();
        int[] all = tokenizer.encode(before);
        int dropped = Math.max(0, all.length - most);
        Set<Integer> evidence = new HashSet<>();
        int at = 0; // bytes
        int[] starts = new int[all.length + 1];
        for (int i = 0; i < all.length; i++) {
            starts[i] = at;
            at += tokenizer.bytes(all[i]).length;
        }
        starts[all.length] = at;
        for (Span span : slot.evidence()) {
            int from = bytes(before, span.start());
            int to = bytes(before, span.end());
            for (int i = 0; i < all.length; i++) {
                if (starts[i] < to && starts[i + 1] > from) {
                    evidence.add(i - dropped);
                }
            }
        }
        int length = all.length - dropped;
        if (evidence.isEmpty() || evidence.stream().anyMatch(i -> i < 0) || evidence.size() == length) {
            return Optional.empty();
        }
        return Optional.of(new SlotText(Arrays.copyOfRange(all, dropped, all.length), evidence));
    }

    private static int bytes(String text, int characters) {
        return text.substring(0, Math.min(characters, text.length())).getBytes(StandardCharsets.UTF_8).length;
    }
}
