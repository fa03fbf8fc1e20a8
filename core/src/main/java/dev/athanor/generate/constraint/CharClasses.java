package dev.athanor.generate.constraint;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The named sets of code points in patterns. */
final class CharClasses {
    static final CodeSet DIGIT = CodeSet.range('0', '9');
    static final CodeSet WORD = CodeSet.union(
            List.of(CodeSet.range('a', 'z'), CodeSet.range('A', 'Z'), CodeSet.range('0', '9'), CodeSet.of('_')));
    static final CodeSet SPACE = CodeSet.each(" \t\n\u000B\f\r");

    /** What {@code .} does not match, by java.util.regex, which leaves out no less than ECMAScript. */
    static final CodeSet LINE_ENDS = CodeSet.each("\n\r\u0085\u2028\u2029");

    private static final Map<String, Integer> CATEGORIES = Map.ofEntries(
            Map.entry("Lu", 1 << Character.UPPERCASE_LETTER),
            Map.entry("Ll", 1 << Character.LOWERCASE_LETTER),
            Map.entry("Lt", 1 << Character.TITLECASE_LETTER),
            Map.entry("Lm", 1 << Character.MODIFIER_LETTER),
            Map.entry("Lo", 1 << Character.OTHER_LETTER),
            Map.entry("Mn", 1 << Character.NON_SPACING_MARK),
            Map.entry("Me", 1 << Character.ENCLOSING_MARK),
            Map.entry("Mc", 1 << Character.COMBINING_SPACING_MARK),
            Map.entry("Nd", 1 << Character.DECIMAL_DIGIT_NUMBER),
            Map.entry("Nl", 1 << Character.LETTER_NUMBER),
            Map.entry("No", 1 << Character.OTHER_NUMBER),
            Map.entry("Zs", 1 << Character.SPACE_SEPARATOR),
            Map.entry("Zl", 1 << Character.LINE_SEPARATOR),
            Map.entry("Zp", 1 << Character.PARAGRAPH_SEPARATOR),
            Map.entry("Pd", 1 << Character.DASH_PUNCTUATION),
            Map.entry("Ps", 1 << Character.START_PUNCTUATION),
            Map.entry("Pe", 1 << Character.END_PUNCTUATION),
            Map.entry("Pc", 1 << Character.CONNECTOR_PUNCTUATION),
            Map.entry("Po", 1 << Character.OTHER_PUNCTUATION),
            Map.entry("Pi", 1 << Character.INITIAL_QUOTE_PUNCTUATION),
            Map.entry("Pf", 1 << Character.FINAL_QUOTE_PUNCTUATION),
            Map.entry("Sm", 1 << Character.MATH_SYMBOL),
            Map.entry("Sc", 1 << Character.CURRENCY_SYMBOL),
            Map.entry("Sk", 1 << Character.MODIFIER_SYMBOL),
            Map.entry("So", 1 << Character.OTHER_SYMBOL));

    private CharClasses() {}

    /** Set of {@code \d}, {@code \W} and their like. */
    static Optional<CodeSet> escape(int letter) {
        return switch (letter) {
            case 'd' -> Optional.of(DIGIT);
            case 'D' -> Optional.of(DIGIT.complement());
            case 'w' -> Optional.of(WORD);
            case 'W' -> Optional.of(WORD.complement());
            case 's' -> Optional.of(SPACE);
            case 'S' -> Optional.of(SPACE.complement());
            default -> Optional.empty();
        };
    }

    /** Set of {@code \p{name}} for a general category, of one letter or two. */
    static Optional<CodeSet> category(String name) {
        int wanted = 0;
        for (Map.Entry<String, Integer> entry : CATEGORIES.entrySet()) {
            if (entry.getKey().equals(name)
                    || name.length() == 1 && entry.getKey().startsWith(name)) {
                wanted |= entry.getValue();
            }
        }
        if (wanted == 0) {
            return Optional.empty();
        }
        int bits = wanted;
        return Optional.of(CodeSet.matching(code -> (bits >>> Character.getType(code) & 1) != 0));
    }
}
