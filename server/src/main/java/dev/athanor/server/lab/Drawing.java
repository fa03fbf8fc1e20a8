package dev.athanor.server.lab;

import dev.athanor.microscope.tale.Words;
import dev.athanor.microscope.view.Assembly;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Flask;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.hook.HookPoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * The journey of a decision as SVG: words, the flasks with the loudest votes and what they were filled from, the
 * assembly.
 */
final class Drawing {
    private static final int FLASKS = 6;
    private static final int ROW = 34;
    private static final int WORDS_X = 150;
    private static final int FLASK_X = 430;
    private static final int VOTE_X = 640;
    private static final int WIDTH = 900;
    private static final int TOP = 48;

    /** Shares below this are not drawn. */
    private static final double LEAST = 0.02;

    private static final int CHARACTERS = 18;

    private final StringBuilder svg = new StringBuilder();
    private final Thought run;
    private final Choice choice;
    private final Words words;
    private final List<Flask> flasks;
    private final int height;

    private Drawing(Thought run, Choice choice, Words words) {
        this.run = run;
        this.choice = choice;
        this.words = words;
        List<Flask> all = new ArrayList<>();
        for (int layer = 0; layer < run.config().layers(); layer++) {
            all.addAll(Flask.ofLayer(run, choice, layer));
        }
        all.sort(Comparator.comparingDouble((Flask f) -> -Math.abs(f.vote().value())));
        this.flasks = all.subList(0, Math.min(FLASKS, all.size()));
        this.height = TOP + ROW * (Math.max(choice.position() + 1, flasks.size() + 3) + 1);
    }

    static String of(Thought run, Choice choice, Words words) {
        return new Drawing(run, choice, words).draw();
    }

    private String draw() {
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ")
                .append(WIDTH)
                .append(' ')
                .append(height)
                .append("\" role=\"img\" font-family=\"system-ui,sans-serif\" font-size=\"14\">");
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#fffdf9\"/>");
        text(WORDS_X, 28, "end", "words", "#6b5f57");
        text(FLASK_X, 28, "middle", "alchemists and their flasks", "#6b5f57");
        text(VOTE_X, 28, "start", "votes", "#6b5f57");
        for (int word = 0; word <= choice.position(); word++) {
            text(WORDS_X, y(word) + 5, "end", cut(words.at(word)), "#2a2320");
        }
        double largest = largest();
        for (int i = 0; i < flasks.size(); i++) {
            flask(i, largest);
        }
        rest(largest);
        return svg.append("</svg>").toString();
    }

    private static int y(int row) {
        return TOP + ROW / 2 + row * ROW;
    }

    private double largest() {
        double largest = 1e-9;
        for (Assembly.Ballot ballot : Assembly.of(run, choice).votes()) {
            largest = Math.max(largest, Math.abs(ballot.vote().value()));
        }
        return largest;
    }

    private void flask(int row, double largest) {
        Flask flask = flasks.get(row);
        for (Flask.Pour pour : flask.pours()) {
            double share = pour.share().value();
            if (share < LEAST) {
                continue;
            }
            String colour = pour.vote().value() >= 0 ? "#c25e10" : "#2b6cb0";
            append(
                    "<path d=\"M%d %d C %d %d %d %d %d %d\" fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\" opacity=\"0.55\"/>",
                    WORDS_X + 8,
                    y(pour.source()),
                    WORDS_X + 120,
                    y(pour.source()),
                    FLASK_X - 120,
                    y(row),
                    FLASK_X - 26,
                    y(row),
                    colour,
                    1 + 9 * share);
        }
        append(
                "<rect x=\"%d\" y=\"%d\" width=\"52\" height=\"24\" rx=\"11\" fill=\"#f3e7d6\" stroke=\"#b08a5a\"/>",
                FLASK_X - 26, y(row) - 12);
        text(FLASK_X, y(row) + 5, "middle", flask.layer() + "." + flask.head(), "#2a2320");
        bar(row, flask.vote().value(), largest, "");
    }

    /** The other heads together, the chemistry, and the sum. */
    private void rest(double largest) {
        Assembly assembly = Assembly.of(run, choice);
        double shown = flasks.stream().mapToDouble(f -> f.vote().value()).sum();
        double chemistry = assembly.votes().stream()
                .filter(b -> b.hook().point() == HookPoint.MLP_OUT)
                .mapToDouble(b -> b.vote().value())
                .sum();
        int row = flasks.size();
        bar(row, chemistry, largest, "all chemistry");
        bar(row + 1, assembly.sum() - shown - chemistry, largest, "everything else");
        String against = choice.against() == Choice.NOTHING ? "" : " over “" + cut(words.of(choice.against())) + "”";
        text(
                FLASK_X - 26,
                y(row + 2) + 5,
                "start",
                String.format(
                        Locale.ROOT,
                        "together: “%s”%s by %+.2f",
                        cut(words.of(choice.token())),
                        against,
                        assembly.logit().value()),
                "#2a2320");
    }

    private void bar(int row, double vote, double largest, String name) {
        if (!name.isEmpty()) {
            text(FLASK_X, y(row) + 5, "middle", name, "#2a2320");
        }
        double width = Math.min(170, 170 * Math.abs(vote) / largest);
        append(
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"16\" fill=\"%s\"/>",
                VOTE_X, y(row) - 8, width, vote >= 0 ? "#c25e10" : "#2b6cb0");
        text((int) (VOTE_X + width + 8), y(row) + 5, "start", String.format(Locale.ROOT, "%+.2f", vote), "#2a2320");
    }

    private static String cut(String text) {
        return text.length() > CHARACTERS ? text.substring(0, CHARACTERS - 1) + "…" : text;
    }

    private void text(int x, int y, String anchor, String text, String colour) {
        append("<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" fill=\"%s\">", x, y, anchor, colour);
        svg.append(Export.escape(text)).append("</text>");
    }

    private void append(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }
}
