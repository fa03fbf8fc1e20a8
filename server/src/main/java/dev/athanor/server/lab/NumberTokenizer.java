package dev.athanor.server.lab;

import dev.athanor.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** For checkpoints without a tokenizer: a text is its token ids, {@code #3 #10 #17}. */
public final class NumberTokenizer implements Tokenizer {
    private final int vocabulary;

    public NumberTokenizer(int vocabulary) {
        this.vocabulary = vocabulary;
    }

    @Override
    public int vocabularySize() {
        return vocabulary;
    }

    @Override
    public int[] encode(String text) {
        List<Integer> ids = new ArrayList<>();
        for (String word : text.strip().split("\\s+")) {
            if (!word.matches("#\\d{1,9}") || Integer.parseInt(word.substring(1)) >= vocabulary) {
                throw new IllegalArgumentException("prompt: this checkpoint has no tokenizer; expected token ids below "
                        + vocabulary + " like #3 #10 #17, found "
                        + (word.length() > 20 ? word.substring(0, 20) + "…" : word));
            }
            ids.add(Integer.parseInt(word.substring(1)));
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public byte[] bytes(int id) {
        return (" #" + id).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String decode(int... ids) {
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(" #").append(id);
        }
        return text.toString();
    }

    @Override
    public boolean isSpecial(int id) {
        return false;
    }

    @Override
    public int id(String token) {
        return -1;
    }

    @Override
    public int endOfText() {
        return -1;
    }
}
