package dev.athanor.chat.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Templates in the styles of known families, and small ones for each part of the language, give what Jinja gives. */
class GoldenTemplatesTest {
    private static final Goldens GOLDENS = Goldens.read();

    /** What this engine does otherwise on purpose; the class's documentation of ChatTemplate says so. */
    private static final Map<String, String> OTHERWISE =
            Map.of("{% set q = [] %}{{ q.append(1) }}{{ q }}", "None[1]", "{{ l|select|length }}", "3");

    @Test
    void conversationsAreRenderedAsByTheReference() {
        List<String> wrong = new ArrayList<>();
        for (JsonNode golden : GOLDENS.rendered()) {
            String template = golden.get("template").stringValue();
            String conversation = golden.get("conversation").stringValue();
            compare(
                    template + " on " + conversation,
                    GOLDENS.template(template),
                    GOLDENS.conversation(conversation),
                    golden,
                    wrong);
        }
        assertTrue(
                GOLDENS.rendered().size() >= 14 * 8,
                "goldens: " + GOLDENS.rendered().size());
        assertEquals(List.of(), wrong);
    }

    @Test
    void everyPartOfTheLanguageGivesWhatTheReferenceGives() {
        List<String> wrong = new ArrayList<>();
        for (JsonNode golden : GOLDENS.expressions()) {
            String source = golden.get("source").stringValue();
            if (!OTHERWISE.containsKey(source)) {
                compare(source, source, GOLDENS.variables(), golden, wrong);
            }
        }
        assertTrue(
                GOLDENS.expressions().size() >= 150,
                "goldens: " + GOLDENS.expressions().size());
        assertEquals(List.of(), wrong);
    }

    @Test
    void whatIsDoneOtherwiseIsDoneAsSaid() {
        OTHERWISE.forEach((source, text) -> assertEquals(text, render(source, GOLDENS.variables()), source));
    }

    @Test
    void aRefusalByTheTemplateCarriesItsOwnMessageAndLine() {
        TemplateException refused = assertThrows(
                TemplateException.class, () -> render("a\n{{ raise_exception('Not \"you\"!') }}", Map.of()));
        assertEquals("Not \"you\"!", refused.getMessage());
        assertEquals(2, refused.line());
    }

    private static String render(String source, Map<String, Object> variables) {
        return ChatTemplate.parse(source)
                .render(variables, GOLDENS.trusted(), TemplateLimits.DEFAULT, Goldens.NOW)
                .text();
    }

    private static void compare(
            String name, String source, Map<String, Object> variables, JsonNode golden, List<String> wrong) {
        String found;
        try {
            found = "text: " + render(source, variables);
        } catch (TemplateException e) {
            found = "refused: " + e.getMessage();
        }
        JsonNode refused = golden.get("refused");
        boolean same = refused == null
                ? found.equals("text: " + golden.get("text").stringValue())
                : refused.isString()
                        ? found.equals("refused: " + refused.stringValue())
                        : found.startsWith("refused: ");
        if (!same) {
            wrong.add("\n" + name + "\n  expected " + golden + "\n  but found " + found);
        }
    }
}
