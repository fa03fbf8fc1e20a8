package dev.athanor.cli;

import dev.athanor.generate.NextTokens;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;

/** The next-token table, for people and for programs. */
final class Bars {
    private static final int WIDTH = 40;

    private Bars() {}

    /** One row per token; a leading space shows as {@code ␣}. */
    static void print(PrintStream out, List<NextTokens> rows) {
        for (NextTokens row : rows) {
            int filled = (int) Math.round(row.p() * WIDTH);
            out.printf(Locale.ROOT, "  %-16s %6.2f %%  %s%n", visible(row.text()), 100 * row.p(), "█".repeat(filled));
        }
    }

    static String visible(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case ' ' -> shown.append('␣');
                case '\n' -> shown.append("\\n");
                case '\t' -> shown.append("\\t");
                default -> shown.append(c);
            }
        }
        return shown.toString();
    }

    static ArrayNode json(List<NextTokens> rows, boolean ids) {
        ArrayNode array = Json.array();
        for (NextTokens row : rows) {
            var node = array.addObject();
            if (ids) {
                node.put("id", row.id());
            }
            node.put("text", row.text());
            node.put("p", row.p());
        }
        return array;
    }
}
