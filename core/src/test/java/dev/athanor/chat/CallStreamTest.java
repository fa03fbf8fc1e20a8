package dev.athanor.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.athanor.checkpoint.ChatSource;
import dev.athanor.learned.ByHeart;
import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.BpeTokenizer;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Arguments of tool calls are told as they come, and what is told adds up to what the answer is. */
class CallStreamTest {
    private static final List<Tool> TOOLS = List.of(new Tool("weather", "", "{}"), new Tool("clock", "", "{}"));

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static ChatFormat format;

    @BeforeAll
    static void open() {
        BpeTokenizer tokenizer = new BpeLearner().learn(259, List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"));
        format = new TemplateFormat(ChatSource.of("test", ByHeart.TEMPLATE, Map.of()), tokenizer, Clock.systemUTC());
    }

    /** What a listener is told, each telling in brackets. */
    private static final class Told implements ReplyListener {
        final StringBuilder all = new StringBuilder();

        @Override
        public boolean hearsArguments() {
            return true;
        }

        @Override
        public void text(String piece) {
            all.append('(').append(piece).append(')');
        }

        @Override
        public void calling(ToolCall begun) {
            all.append('[').append(begun.id()).append(' ').append(begun.name()).append(']');
        }

        @Override
        public void arguments(String piece) {
            all.append(piece).append('|');
        }

        @Override
        public void call(ToolCall call) {
            all.append('<')
                    .append(call.id())
                    .append(' ')
                    .append(call.arguments())
                    .append('>');
        }

        @Override
        public void done(Reply reply) {}

        @Override
        public void failed(RuntimeException reason) {}
    }

    private static String told(String... pieces) {
        Told told = new Told();
        AnswerStream stream = new AnswerStream(format, TOOLS, told, false);
        for (String piece : pieces) {
            stream.feed(piece);
        }
        stream.end();
        return told.all.toString();
    }

    private static String letterByLetter(String text) {
        return told(text.chars().mapToObj(c -> String.valueOf((char) c)).toArray(String[]::new));
    }

    @Test
    void argumentsAreToldPieceByPiece() {
        assertEquals(
                "(So. )[call_0 weather]{\"ci|ty\":| \"Ulm\"}|<call_0 {\"city\": \"Ulm\"}>",
                told(
                        "So. <tool_call>\n{\"name\": \"wea",
                        "ther\", \"arguments\": {\"ci",
                        "ty\":",
                        " \"Ulm\"}}\n</tool",
                        "_call>"));
        assertEquals("[call_0 clock]{|}|<call_0 {}>", letterByLetter("{\"name\":\"clock\",\"parameters\":{}}"));
    }

    @Test
    void bracesAndQuotesInTextsEndNothing() {
        String arguments = "{\"a\":\"}\\\"}\\\\\",\"b\":[{\"c\":\"]\"}]}";
        String told = letterByLetter("<tool_call>{\"name\":\"clock\",\"arguments\":" + arguments + "}</tool_call>");
        assertEquals("[call_0 clock]" + arguments.replaceAll("(?s).", "$0|") + "<call_0 " + arguments + ">", told);
    }

    @Test
    void severalCallsAreToldOneAfterAnother() {
        String one = "<tool_call>\n{\"name\": \"clock\", \"arguments\": {}}\n</tool_call>";
        String other = "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"x\": 1}}\n</tool_call>";
        assertEquals(
                "[call_0 clock]{}|[call_1 weather]{\"x\": 1}|<call_0 {}><call_1 {\"x\": 1}>", told(one + "\n" + other));
        // Arguments before the name are known only at the end.
        String turned = "<tool_call>{\"arguments\": {\"x\": 2}, \"name\": \"weather\"}</tool_call>";
        assertEquals("[call_0 clock]{}|<call_0 {}><call_1 {\"x\":2}><call_2 {\"x\":1}>", told(one + turned + other));
    }

    @Test
    void escapesInANameHideNoCall() {
        String call = "<tool_call>{\"n\\u0061me\": \"cl\\u006fck\", \"arguments\": {}}</tool_call>";
        assertEquals("[call_0 clock]{|}|<call_0 {}>", letterByLetter(call));
    }

    @Test
    void aCallThatBreaksOffIsOneAsFarAsItCame() {
        assertEquals(
                "[call_0 weather]{\"city\": \"U|<call_0 {\"city\": \"U>",
                told("<tool_call>{\"name\": \"weather\", \"arguments\": {\"city\": \"U"));
    }

    @Test
    void whatIsNoCallOfAKnownToolIsText() {
        String other = "{\"name\": \"other\", \"arguments\": {}}";
        assertEquals("(" + other + ")", told(other));
        assertEquals("(<tool_call>" + other + "</tool_call>)", told("<tool_call>" + other + "</tool_call>"));
        assertEquals("({\"name\": \"wea)", told("{\"name\": \"wea"));
    }
}
