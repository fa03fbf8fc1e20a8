package dev.athanor.cli;

import dev.athanor.generate.NextTokens;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;

/** The next-token table, for people and for programs. */
final class Bars {
    /** Characters of a bar of probability 1. */
    private static final int WIDTH = 36;

    /** What the signs mean; printed once above tables. */
    static final String LEGEND = "␣ is a space; an arrow shows the word a piece most likely grows to.";

    private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

    private Bars() {}

    /**
     * One row per token.
     *
     * @param words what each token grows to; shown where it says more than the token
     */
    static void print(PrintStream out, List<NextTokens> rows, List<String> words) {
        lines(rows, words).forEach(out::println);
    }

    /** What {@link #print} prints. */
    static List<String> lines(List<NextTokens> rows, List<String> words) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            NextTokens row = rows.get(i);
            String token = Visible.token(row.text());
            String word = words.get(i).equals(row.text())
                    ? ""
                    : " → " + Visible.line(words.get(i).strip());
            lines.add(String.format(Locale.ROOT, "  %-24s %6.2f %%  %s", token + word, 100 * row.p(), bar(row.p()))
                    .stripTrailing());
        }
        return lines;
    }

    /** A bar in eighths of a character. */
    static String bar(double p) {
        int eighths = (int) Math.round(p * WIDTH * 8);
        String rest = eighths % 8 == 0 ? "" : EIGHTHS.substring(eighths % 8, eighths % 8 + 1);
        return "█".repeat(eighths / 8) + rest;
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
