package dev.athanor.server.lab;

import dev.athanor.microscope.identity.Identities;
import dev.athanor.microscope.identity.Identity;
import dev.athanor.microscope.tale.Chapter;
import dev.athanor.microscope.tale.Narrator;
import dev.athanor.microscope.tale.Piece;
import dev.athanor.microscope.tale.Register;
import dev.athanor.microscope.view.Assembly;
import dev.athanor.microscope.view.Chemistry;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Flask;
import dev.athanor.microscope.view.LensGrid;
import dev.athanor.microscope.view.NextWords;
import dev.athanor.microscope.view.Thought;
import dev.athanor.server.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** One decision of a run as a file that needs nothing else: JSON with hook names, a drawing, a page without scripts. */
public final class Export {
    private static final int ROWS = 12;
    private static final int NEURONS = 5;

    private static final String STYLE =
            "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#2a2320;"
                    + "background:#fffdf9}table{border-collapse:collapse;margin:1rem 0}td,th{padding:.2rem .6rem;border-bottom:1px solid #e5dccf;"
                    + "text-align:left}td.n{text-align:right;font-variant-numeric:tabular-nums}.caution{border-left:3px solid #b4560f;"
                    + "padding-left:.8rem}abbr{text-decoration:underline dotted;cursor:help}svg{max-width:100%;height:auto}";

    private final LabModel model;
    private final String id;
    private final Thought run;
    private final Choice choice;
    private final ViewJson json;

    /** @param id of the run, or what stands for it */
    public Export(LabModel model, String id, Thought run, Choice choice) {
        this.model = model;
        this.id = id;
        this.run = run;
        this.choice = choice;
        this.json = new ViewJson(model);
    }

    private List<Identity> identities() {
        return Identities.of(run, model.reference(), model.compute());
    }

    private List<Chapter> tale(Register register) {
        return Narrator.tell(run, choice, model.words(run.tokens()), register, model.reference(), false);
    }

    /** Everything, with hook names and indices. */
    public ObjectNode json() {
        ObjectNode node = Json.answer().put("run", id).put("checkpoint", model.name());
        node.put("family", model.config().family().name().toLowerCase(Locale.ROOT));
        node.set("tokens", json.tokens(run.tokens()));
        node.put("edits", run.edits().size());
        node.set("choice", json.choice(choice));
        node.set("next", json.next(NextWords.of(run, choice.position(), ROWS)));
        node.set("assembly", json.assembly(Assembly.of(run, choice)));
        ArrayNode layers = node.putArray("layers");
        for (int layer = 0; layer < run.config().layers(); layer++) {
            ObjectNode one = layers.addObject().put("layer", layer);
            one.set("flasks", json.flasks(layer, Flask.ofLayer(run, choice, layer)));
            one.set(
                    "chemistry",
                    json.chemistry(Chemistry.of(run, choice, layer, NEURONS), new NeuronWords(run, layer)));
        }
        node.set("lens", json.lens(LensGrid.of(run)));
        node.set("identities", json.identities(identities()));
        ObjectNode tales = node.putObject("tale");
        for (Register register : Register.values()) {
            tales.set(register.name().toLowerCase(Locale.ROOT), json.tale(tale(register)));
        }
        return node;
    }

    /** The journey of the decision as a drawing. */
    public String svg() {
        return Drawing.of(run, choice, model.words(run.tokens()));
    }

    /** The tale, the drawing and the tables as a page without scripts. */
    public String html() {
        StringBuilder page = new StringBuilder("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">");
        page.append("<meta name=\"viewport\" content=\"width=device-width\"><title>")
                .append(escape(title()))
                .append("</title><style>")
                .append(STYLE)
                .append("</style><h1>")
                .append(escape(title()))
                .append("</h1><p>")
                .append(escape(text()))
                .append(" …</p>");
        next(page);
        page.append(svg());
        for (Chapter chapter : tale(Register.STORY)) {
            page.append("<h2>").append(escape(chapter.title())).append("</h2>");
            chapter.sentences().forEach(sentence -> sentence(page, sentence));
            chapter.caution()
                    .ifPresent(caution -> page.append("<p class=\"caution\">")
                            .append(escape(caution))
                            .append("</p>"));
        }
        votes(page);
        identities(page);
        return page.append("</html>\n").toString();
    }

    private String title() {
        return "Why “" + model.shown(choice.token()) + "”?";
    }

    private String text() {
        List<String> words = new ArrayList<>();
        for (int token : run.tokens()) {
            words.add(model.text(token));
        }
        return String.join("", words);
    }

    private void next(StringBuilder page) {
        page.append("<table><tr><th>next word<th>share");
        for (NextWords.Row row : NextWords.of(run, choice.position(), ROWS).rows()) {
            page.append("<tr><td>")
                    .append(escape(model.shown(row.token())))
                    .append("<td class=\"n\">")
                    .append(number(
                            row.probability().name(),
                            row.probability().index(),
                            100 * row.probability().value()))
                    .append(" %");
        }
        page.append("</table>");
    }

    private static void sentence(StringBuilder page, List<Piece> sentence) {
        page.append("<p>");
        for (Piece piece : sentence) {
            if (piece.figure().isPresent()) {
                page.append("<abbr title=\"")
                        .append(escape(piece.figure().get().name()
                                + piece.figure().get().index()))
                        .append("\">")
                        .append(escape(piece.text()))
                        .append("</abbr>");
            } else {
                page.append(escape(piece.text()));
            }
        }
        page.append("</p>");
    }

    private void votes(StringBuilder page) {
        Assembly assembly = Assembly.of(run, choice);
        page.append("<h2>All votes</h2><table><tr><th>part<th>vote");
        for (Assembly.Ballot ballot : assembly.votes()) {
            page.append("<tr><td>")
                    .append(escape(ballot.hook().name() + (ballot.head() >= 0 ? ", head " + ballot.head() : "")))
                    .append("<td class=\"n\">")
                    .append(number(
                            ballot.vote().name(),
                            ballot.vote().index(),
                            ballot.vote().value()));
        }
        page.append("<tr><td>constant<td class=\"n\">")
                .append(number(
                        assembly.constant().name(),
                        assembly.constant().index(),
                        assembly.constant().value()))
                .append("<tr><th>sum<td class=\"n\">")
                .append(String.format(Locale.ROOT, "%.4f", assembly.sum()))
                .append("<tr><th>logit<td class=\"n\">")
                .append(number(
                        assembly.logit().name(),
                        assembly.logit().index(),
                        assembly.logit().value()))
                .append("</table>");
    }

    private void identities(StringBuilder page) {
        page.append("<h2>What must hold</h2><table><tr><th>id<th>sentence<th>error<th>holds");
        for (Identity identity : identities()) {
            page.append("<tr><td>")
                    .append(identity.id())
                    .append("<td>")
                    .append(escape(identity.sentence()))
                    .append("<td class=\"n\">")
                    .append(identity.checked() ? String.format(Locale.ROOT, "%.1e", identity.error()) : "not measured")
                    .append("<td>")
                    .append(identity.holds() ? "yes" : "BROKEN");
        }
        page.append("</table>");
    }

    private static String number(String name, List<Integer> index, double value) {
        return "<abbr title=\"" + escape(name + index) + "\">" + String.format(Locale.ROOT, "%.4f", value) + "</abbr>";
    }

    static String escape(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(Character.isISOControl(c) && c != '\n' ? 0xFFFD : c);
            }
        });
        return out.toString();
    }
}
