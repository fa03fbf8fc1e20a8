package dev.athanor.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** One id per character, for small experiments: the distinct code points of the training text in order. */
public final class CharTokenizer implements Tokenizer {
    private final List<String> characters;
    private final Map<Integer, Integer> ids = new HashMap<>();

    /** @param characters one code point each, in order of id */
    public CharTokenizer(List<String> characters) {
        this.characters = List.copyOf(characters);
        for (int id = 0; id < characters.size(); id++) {
            String c = characters.get(id);
            if (c.codePointCount(0, c.length()) != 1) {
                throw new TokenizerFormatException(
                        "character vocabulary: expected single characters, found \"" + c + "\"");
            }
            ids.put(c.codePointAt(0), id);
        }
    }

    /** The tokenizer of the characters that occur in {@code texts}. */
    public static CharTokenizer learn(Iterable<String> texts) {
        TreeSet<Integer> seen = new TreeSet<>();
        texts.forEach(text -> text.codePoints().forEach(seen::add));
        List<String> characters = new ArrayList<>();
        seen.forEach(c -> characters.add(Character.toString(c)));
        return new CharTokenizer(characters);
    }

    @Override
    public int vocabularySize() {
        return characters.size();
    }

    /** @throws IllegalArgumentException for a character the training text did not have */
    @Override
    public int[] encode(String text) {
        return text.codePoints()
                .map(c -> {
                    Integer id = ids.get(c);
                    if (id == null) {
                        throw new IllegalArgumentException("text: expected characters the model was trained on, found "
                                + (Character.isISOControl(c)
                                        ? "U+" + Integer.toHexString(c)
                                        : "\"" + Character.toString(c) + "\"")
                                + "; its vocabulary is \""
                                + String.join("", characters).replace("\n", "\\n") + "\"");
                    }
                    return id;
                })
                .toArray();
    }

    @Override
    public byte[] bytes(int id) {
        return characters.get(id).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String decode(int... ids) {
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(characters.get(id));
        }
        return text.toString();
    }

    @Override
    public boolean isSpecial(int id) {
        return false;
    }

    @Override
    public int id(String token) {
        return characters.indexOf(token);
    }

    @Override
    public int endOfText() {
        return -1;
    }
}
