package dev.athanor.cli;

import dev.athanor.describe.Nanochat;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/** What can be said of a model that is counted and not run. */
final class NanochatPage {
    private NanochatPage() {}

    static String of(Nanochat model) {
        StringBuilder page = new StringBuilder();
        line(page, "%s: %,d parameters", model.name(), model.parameters());
        line(page, "Athanor knows how this family is counted; it does not open or run it.");
        line(page, "");
        line(page, "Shape");
        line(page, "  layers        %,d", model.depth());
        line(page, "  width         %,d (d_model)", model.width());
        line(page, "  heads         %,d of %,d numbers", model.heads(), model.headSize());
        line(page, "  feed-forward  %,d", model.feedForward());
        line(page, "  vocabulary    %,d", Nanochat.VOCABULARY);
        line(page, "");
        line(page, "Where the parameters sit");
        model.parts().forEach((part, count) -> line(page, "  %-16s %,16d", part, count));
        line(page, "  %-16s %,16d", "total", model.parameters());
        return page.toString();
    }

    private static void line(StringBuilder page, String format, Object... values) {
        page.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
    }

    static ObjectNode json(Nanochat model) {
        ObjectNode node = Json.object();
        node.put("name", model.name());
        node.put("family", "nanochat");
        node.put("layers", model.depth());
        node.put("d_model", model.width());
        node.put("heads", model.heads());
        node.put("kv_heads", model.heads());
        node.put("head_dim", model.headSize());
        node.put("d_ff", model.feedForward());
        node.put("vocab", Nanochat.VOCABULARY);
        node.put("parameters", model.parameters());
        node.put("runs_here", false);
        ObjectNode parts = node.putObject("parameters_by_part");
        model.parts().forEach(parts::put);
        return node;
    }
}
