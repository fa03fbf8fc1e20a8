package dev.athanor.tokenizer;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The regular expressions that files cut text with, and the scanner for each. One language is spelled in several ways:
 * as OpenAI published it, with possessive quantifiers, and as Hugging Face's converters write it. No expression from a
 * file is ever run.
 */
final class SplitPatterns {
    private static final Map<String, PreTokenizer> KNOWN = known();

    private SplitPatterns() {}

    private static Map<String, PreTokenizer> known() {
        Map<String, PreTokenizer> known = new HashMap<>();
        for (PreTokenizer cuts : PreTokenizer.values()) {
            if (!cuts.regex().isEmpty()) {
                known.put(cuts.regex(), cuts);
            }
        }
        known.put("'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+", PreTokenizer.GPT2);
        known.put(openAi("\\p{N}{1,3}"), PreTokenizer.LLAMA3);
        known.put(openAi("\\p{N}"), PreTokenizer.QWEN2);
        return Map.copyOf(known);
    }

    /**
     * A piece of spaces up to the last line end needs no {@code +} behind its {@code [\r\n]}, and what the possessive
     * quantifiers keep could not be used otherwise.
     */
    private static String openAi(String number) {
        return "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|" + number
                + "| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+";
    }

    /** The scanner that cuts as {@code regex} does. */
    static Optional<PreTokenizer> find(String regex) {
        return Optional.ofNullable(KNOWN.get(regex));
    }

    /** Every expression that is known. */
    static Map<String, PreTokenizer> all() {
        return KNOWN;
    }
}
