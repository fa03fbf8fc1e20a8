package dev.athanor.corpus.tales;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatternParserTest {
    @Test
    void everySignOfTheNotationIsRead() {
        assertEquals(
                new Pattern(List.of(
                        new Part.Known(Part.Role.NAME),
                        new Part.Words(" "),
                        new Part.Tense(
                                new Pattern(List.of(new Part.Words("lies"), new Part.Meaning("lie", "rest"))),
                                new Pattern(List.of(new Part.Words("lay")))),
                        new Part.Words(" on "),
                        new Part.Entry("thing", true, true),
                        new Part.Words(", "),
                        new Part.Evidence(new Pattern(List.of(new Part.Entry("bed", false, false)))),
                        new Part.Choice(List.of(new Pattern(List.of(new Part.Words("a"))), new Pattern(List.of()))),
                        new Part.Words(" "),
                        new Part.Blank("rested"))),
                PatternParser.parse("{N} (lies^lie:rest|lay) on {a=thing}, <{bed}>{a/} [rested]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{N", "(is|was", "(is)", "<lies", "[rested", "lies^lie", "{a/b"})
    void brokenNotationIsRefused(String broken) {
        String message = ""
                + assertThrows(IllegalStateException.class, () -> PatternParser.parse(broken))
                        .getMessage();
        assertEquals(broken, message.substring(message.indexOf('"') + 1, message.length() - 1));
    }

    @Test
    void sharesThatDoNotSumToAHundredAreRefused() {
        assertEquals(
                "tales: slot s.x: expected shares that sum to 100, found 99",
                assertThrows(
                                IllegalStateException.class,
                                () -> new Distribution("s.x", List.of("a", "b"), List.of(60, 39)))
                        .getMessage());
    }

    @Test
    void capitalsFollowFullStopsButNotQuestionsInQuotes() {
        StringBuilder text = new StringBuilder("x. \"where?\" asks tom. \"here.\" he smiles! the end");
        Capitals.sentences(text, 3);
        assertEquals("x. \"Where?\" asks tom. \"Here.\" He smiles! The end", text.toString());
    }
}
