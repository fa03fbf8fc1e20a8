package dev.athanor.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.ChatSource;
import dev.athanor.generate.constraint.Constraint;
import dev.athanor.generate.constraint.ConstraintLimits;
import dev.athanor.learned.ByHeart;
import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.BpeTokenizer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AnswerFormsTest {
    private static final Tool WEATHER =
            new Tool("weather", "", "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}");

    private static ChatFormat format() {
        BpeTokenizer tokenizer = new BpeLearner().learn(259, List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"));
        return new TemplateFormat(ChatSource.of("test", ByHeart.TEMPLATE, Map.of()), tokenizer, Clock.systemUTC());
    }

    private static List<String> pieces(String answer) {
        List<String> told = new ArrayList<>();
        ReplyListener listener = new ReplyListener() {
            @Override
            public void text(String piece) {
                told.add(piece);
            }

            @Override
            public void call(ToolCall call) {
                told.add("call " + call.name() + call.arguments());
            }

            @Override
            public void done(Reply reply) {}

            @Override
            public void failed(RuntimeException reason) {}
        };
        AnswerStream stream = new AnswerStream(format(), List.of(WEATHER), listener, false);
        answer.chars().forEach(c -> stream.feed(String.valueOf((char) c)));
        stream.end();
        return told;
    }

    @Test
    void jsonThatIsNoCallIsToldWhileItIsWritten() {
        List<String> told = pieces("{\"sky\": \"sunny\"}");
        assertEquals("{\"sky\": \"sunny\"}", String.join("", told));
        assertTrue(told.size() > 5, "found " + told);
    }

    @Test
    void jsonThatIsACallIsHeldBack() {
        assertEquals(
                List.of("call weather{\"city\":\"Bonn\"}"),
                pieces("{\"name\": \"weather\", \"parameters\": {\"city\": \"Bonn\"}}"));
    }

    @Test
    void jsonThatOnlyLookedLikeACallIsToldAtTheEnd() {
        assertEquals(List.of("{\"name\": \"Ada\"}"), pieces("{\"name\": \"Ada\"}"));
    }

    @Test
    void anAnswerMayHaveItsFormOrCallATool() {
        Constraint form = Constraint.regex("yes|no", ConstraintLimits.DEFAULT);
        Constraint either = new EitherForm(format().calling(List.of(WEATHER)), form);
        assertTrue(complete(either, "yes"));
        assertTrue(complete(
                either, "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Bonn\"}}\n</tool_call>"));
        assertFalse(complete(either, "maybe"));
        assertFalse(complete(either, "yes<tool_call>"));
        assertFalse(complete(either, "<tool_call>\n{\"name\": \"other\"}\n</tool_call>"));
    }

    private static boolean complete(Constraint constraint, String text) {
        Optional<Constraint.State> state = Optional.of(constraint.start());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            state = state.flatMap(at -> at.next(b));
        }
        return state.filter(Constraint.State::accepts).isPresent();
    }
}
