package dev.athanor.chat;

import dev.athanor.chat.template.Rendered;
import dev.athanor.chat.template.Rendered.Origin;
import dev.athanor.chat.template.Rendered.Span;
import dev.athanor.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Turns a rendered conversation into tokens. The template's own text may name control tokens; where what people said
 * does, wholly or together with the text around it, it is cut there, so that it stays plain text.
 */
final class SpecialText {
    private final Tokenizer tokenizer;
    private final List<String> names; // of control tokens

    SpecialText(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.names = IntStream.range(0, tokenizer.vocabularySize())
                .filter(tokenizer::isSpecial)
                .mapToObj(id -> new String(tokenizer.bytes(id), StandardCharsets.UTF_8))
                .filter(name -> !name.isEmpty())
                .toList();
    }

    List<String> names() {
        return names;
    }

    int[] encode(Rendered rendered) {
        TreeSet<Integer> cuts = cuts(rendered);
        if (cuts.isEmpty()) {
            return tokenizer.encodeWithSpecials(rendered.text());
        }
        cuts.add(rendered.text().length());
        List<int[]> pieces = new ArrayList<>();
        int from = 0;
        for (int cut : cuts) {
            pieces.add(tokenizer.encodeWithSpecials(rendered.text().substring(from, cut)));
            from = cut;
        }
        return pieces.stream().flatMapToInt(Arrays::stream).toArray();
    }

    /** One place inside every name of a control token that is not all the template's. */
    private TreeSet<Integer> cuts(Rendered rendered) {
        String text = rendered.text();
        boolean[] data = new boolean[text.length()];
        for (Span span : rendered.spans()) {
            Arrays.fill(data, span.start(), span.end(), span.origin() == Origin.DATA);
        }
        TreeSet<Integer> cuts = new TreeSet<>();
        for (String name : names) {
            for (int at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
                int end = at + name.length();
                if (IntStream.range(at, end).anyMatch(i -> data[i])) {
                    for (int cut = at + 1; cut < Math.max(end, at + 2); cut++) {
                        // Between two chars of one character nothing may be cut.
                        if (cut < text.length() && !Character.isLowSurrogate(text.charAt(cut))) {
                            cuts.add(cut);
                            break;
                        }
                    }
                }
            }
        }
        return cuts;
    }
}
