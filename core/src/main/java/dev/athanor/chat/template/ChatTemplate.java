package dev.athanor.chat.template;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A chat template in the part of Jinja that checkpoints use, with the settings and additions of Hugging Face's
 * transformers: {@code trim_blocks} and {@code lstrip_blocks}, loop controls, {@code tojson} without escapes for HTML,
 * {@code raise_exception}, {@code strftime_now} and {@code {% generation %}}. Templates that include or extend others
 * are refused. Differences from Jinja as transformers sets it up: integers have 64 bits, filters that give generators
 * there give lists here, and a template may append to lists that it made itself.
 *
 * <p>Source: Jinja 3.1, <a href="https://jinja.palletsprojects.com/en/stable/templates/">Template Designer
 * Documentation</a>. Parsed templates do not change and may be rendered by several threads at once.
 */
public final class ChatTemplate {
    private final List<Statement> body;

    private ChatTemplate(List<Statement> body) {
        this.body = body;
    }

    /** @throws TemplateException with the line, if the source is not a template this engine can read */
    public static ChatTemplate parse(String source) {
        return new ChatTemplate(StatementParser.parse(source));
    }

    /**
     * Renders a conversation none of whose values may speak with special tokens.
     *
     * @see #render(Map, Map, TemplateLimits, LocalDateTime)
     */
    public Rendered render(Map<String, Object> variables, TemplateLimits limits, LocalDateTime now) {
        return render(variables, Map.of(), limits, now);
    }

    /**
     * Renders a conversation. A character is of {@link Rendered.Origin#DATA} when it comes from a string or number in
     * {@code data}, or is the punctuation of a list or mapping given there and written out as a whole; it stays so
     * through every operation of the template.
     *
     * @param data the template's variables: String, Long, Integer, Double, Boolean, {@link TemplateNone}, and lists and
     *     string-keyed maps of them
     * @param trusted further variables that count as the template's own, such as {@code bos_token}; they win over data
     *     of the same name
     * @param now what {@code strftime_now} tells
     * @throws TemplateException if the template refuses the conversation, goes wrong, or costs more than the limits
     *     allow
     */
    public Rendered render(
            Map<String, Object> data, Map<String, String> trusted, TemplateLimits limits, LocalDateTime now) {
        Meter meter = new Meter(limits);
        Scope globals = Functions.globals(meter, now);
        Inputs inputs = new Inputs(limits.maxDepth());
        for (Map.Entry<String, Object> entry : data.entrySet()) {
            globals.set(entry.getKey(), inputs.value(entry.getValue(), entry.getKey(), 0, meter));
        }
        trusted.forEach((name, value) -> globals.set(name, TemplateText.own(value)));
        TextBuilder out = new TextBuilder(meter);
        new Renderer(meter).render(body, new Scope(globals), out);
        TemplateText text = out.toText();
        return new Rendered(text.toString(), spans(text));
    }

    private static List<Rendered.Span> spans(TemplateText text) {
        List<Rendered.Span> spans = new ArrayList<>(text.runs());
        for (int run = 0; run < text.runs(); run++) {
            spans.add(new Rendered.Span(
                    text.runStart(run),
                    text.runEnd(run),
                    (text.runKind(run) & TemplateText.DATA) != 0 ? Rendered.Origin.DATA : Rendered.Origin.TEMPLATE,
                    (text.runKind(run) & TemplateText.GENERATION) != 0));
        }
        return spans;
    }
}
