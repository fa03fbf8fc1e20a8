package dev.athanor.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.athanor.chat.Answer;
import dev.athanor.chat.ChatRequest;
import dev.athanor.chat.Message;
import dev.athanor.chat.ToolChoice;
import dev.athanor.generate.sample.SamplerSettings;
import dev.athanor.learned.ByHeart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LearnedTest {
    @Test
    void theModelKnowsItsConversationsByHeart() {
        List<String> wrong = new ArrayList<>();
        for (ByHeart.Conversation each : Learned.conversations()) {
            List<Message> asked = each.messages().subList(0, each.messages().size() - 1);
            Message expected = each.messages().getLast();
            Answer found = Learned.assistant()
                    .ask(new ChatRequest(
                            asked,
                            each.tools(),
                            ToolChoice.AUTO,
                            Optional.empty(),
                            200,
                            SamplerSettings.builder().temperature(0).build(),
                            List.of()))
                    .answer();
            String text =
                    (found.thinking().isEmpty() ? "" : "<think>" + found.thinking() + "</think>") + found.content();
            if (!text.equals(expected.content()) && !expected.content().startsWith("{")) {
                wrong.add(expected.content() + " / " + text);
            }
            if (!found.calls().equals(expected.calls())) {
                wrong.add(expected.calls() + " / " + found.calls());
            }
        }
        assertEquals(List.of(), wrong);
    }
}
