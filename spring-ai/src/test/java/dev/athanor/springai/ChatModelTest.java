package dev.athanor.springai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.chat.ToolChoice;
import dev.athanor.generate.sample.SamplerSettings;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.DefaultChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.content.Media;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.model.tool.ToolCallingManager;
import org.springframework.util.MimeTypeUtils;

class ChatModelTest {
    private static AthanorChatModel model() {
        return AthanorChatModel.builder(Learned.assistant())
                .options(AthanorChatOptions.builder().temperature(0.0).build())
                .build();
    }

    private static AthanorChatOptions.Builder greedy() {
        return AthanorChatOptions.builder().temperature(0.0);
    }

    private static Generation result(ChatResponse response) {
        return Objects.requireNonNull(response.getResult());
    }

    private static Generation ask(String question, ChatOptions options) {
        return result(model().call(new Prompt(question, options)));
    }

    @Test
    void aCallHasTextReasonAndUsage() {
        ChatResponse response = model().call(new Prompt(Learned.CAPITAL));
        assertEquals(
                "The capital of Germany is Berlin.",
                result(response).getOutput().getText());
        assertEquals("stop", result(response).getMetadata().getFinishReason());
        assertEquals("learned", response.getMetadata().getModel());
        assertTrue(response.getMetadata().getUsage().getPromptTokens() > 0);
        assertTrue(response.getMetadata().getUsage().getCompletionTokens() > 0);
    }

    @Test
    void aStreamSaysTheSamePieceByPiece() {
        List<ChatResponse> parts = Objects.requireNonNull(
                model().stream(new Prompt(Learned.CAPITAL)).collectList().block());
        StringBuilder text = new StringBuilder();
        parts.forEach(part -> text.append(result(part).getOutput().getText()));
        assertEquals("The capital of Germany is Berlin.", text.toString());
        assertTrue(parts.size() > 2, "found " + parts.size());
        assertEquals("stop", result(parts.getLast()).getMetadata().getFinishReason());
        assertTrue(parts.getLast().getMetadata().getUsage().getCompletionTokens() > 0);
    }

    @Test
    void whoCancelsAStreamEndsTheAnswer() throws InterruptedException {
        ChatOptions wild = AthanorChatOptions.builder()
                .temperature(50.0)
                .topK(0)
                .minP(0.0)
                .topP(1.0)
                .build();
        model().stream(new Prompt(Learned.CAPITAL, wild)).take(2).blockLast();
        for (int i = 0; i < 500 && Learned.assistant().engine().stats().active() > 0; i++) {
            Thread.sleep(10);
        }
        assertEquals(0, Learned.assistant().engine().stats().active());
    }

    @Test
    void whatIsThoughtIsApart() {
        AssistantMessage message = ask("Think!", greedy().build()).getOutput();
        assertEquals("I have thought.", message.getText());
        assertEquals("I was asked to think.", message.getMetadata().get(Replies.THINKING));
    }

    @Test
    void everyNumberReachesTheSampler() {
        AthanorChatOptions options = AthanorChatOptions.builder()
                .temperature(0.7)
                .topP(0.6)
                .topK(5)
                .frequencyPenalty(0.4)
                .presencePenalty(0.3)
                .minP(0.2)
                .repeatPenalty(1.1)
                .seed(9L)
                .build();
        SamplerSettings expected = SamplerSettings.builder()
                .temperature(0.7)
                .topP(0.6)
                .topK(5)
                .frequencyPenalty(0.4)
                .presencePenalty(0.3)
                .minP(0.2)
                .repeatPenalty(1.1)
                .seed(9)
                .build();
        assertEquals(
                expected,
                Requests.translated(List.of(new UserMessage("x")), options, List.of())
                        .sampling());
    }

    @Test
    void portableOptionsAreHonoured() {
        ChatOptions few = ChatOptions.builder().maxTokens(3).build();
        assertEquals("length", ask(Learned.CAPITAL, few).getMetadata().getFinishReason());
        ChatOptions stop = ChatOptions.builder().stopSequences(List.of(" is")).build();
        assertEquals(
                "The capital of Germany", ask(Learned.CAPITAL, stop).getOutput().getText());
        ChatOptions named = ChatOptions.builder().model("learned").build();
        assertEquals(
                "The capital of Germany is Berlin.",
                ask(Learned.CAPITAL, named).getOutput().getText());
    }

    @Test
    void optionsOfOneKindSurviveACopy() {
        AthanorChatOptions options = greedy().seed(3L)
                .minP(0.1)
                .repeatPenalty(1.2)
                .toolChoice(ToolChoice.NONE)
                .outputSchema("{}")
                .toolCallbacks(Learned.weather())
                .build();
        assertEquals(options, options.mutate().build());
    }

    @Test
    void aSchemaForTheOutputIsEnforced() {
        AthanorChatOptions options = greedy().outputSchema(
                        "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},"
                                + "\"required\":[\"city\"],\"additionalProperties\":false}")
                .build();
        assertEquals(
                "{\"city\": \"Berlin\"}",
                ask(Learned.CAPITAL, options).getOutput().getText());
    }

    @Test
    void callsOfToolsAreReturnedAndSpringsManagerRunsThem() {
        AthanorChatOptions options = greedy().toolCallbacks(Learned.weather()).build();
        Prompt prompt = new Prompt(Learned.WEATHER, options);
        ChatResponse asked = model().call(prompt);
        assertEquals("tool_calls", result(asked).getMetadata().getFinishReason());
        AssistantMessage.ToolCall call =
                result(asked).getOutput().getToolCalls().getFirst();
        assertEquals("getWeather", call.name());
        assertEquals(Learned.MUNICH, call.arguments());
        var executed = ToolCallingManager.builder().build().executeToolCalls(prompt, asked);
        ChatResponse answer = model().call(new Prompt(executed.conversationHistory(), options));
        assertEquals(
                "The weather in Munich is sunny.", result(answer).getOutput().getText());
    }

    @Test
    void aChatClientCallsToolsAndStreams() {
        ChatClient client = ChatClient.create(model());
        assertEquals(
                "The weather in Munich is sunny.",
                client.prompt(Learned.WEATHER).tools(Learned.weather()).call().content());
        String streamed = String.join(
                "",
                Objects.requireNonNull(client.prompt(Learned.WEATHER).tools(Learned.weather()).stream()
                        .content()
                        .collectList()
                        .block()));
        assertEquals("The weather in Munich is sunny.", streamed);
    }

    @Test
    void whatCannotBeHonouredIsRefusedByName() {
        refused("model: expected learned", ChatOptions.builder().model("gpt").build());
        refused("maxTokens", greedy().maxTokens(0).build());
        refused("top_p", greedy().topP(3.0).build());
        refused("outputSchema", greedy().outputSchema("no JSON").build());
        refused(
                "unevaluatedItems",
                greedy().outputSchema("{\"unevaluatedItems\":false}").build());
        refused("tool_choice", greedy().toolChoice(ToolChoice.REQUIRED).build());
        refused("options: expected AthanorChatOptions", new Foreign());
        UserMessage picture = UserMessage.builder()
                .text("What is this?")
                .media(new Media(MimeTypeUtils.IMAGE_PNG, URI.create("https://example.org/a.png")))
                .build();
        assertThrows(IllegalArgumentException.class, () -> model().call(new Prompt(picture)));
        assertThrows(IllegalArgumentException.class, () -> model().call("again ".repeat(2000)));
    }

    /** Options that another provider might have. */
    private static final class Foreign extends DefaultChatOptions {
        Foreign() {
            super(null, null, null, null, null, null, null, null);
        }
    }

    private static void refused(String name, ChatOptions options) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> ask(Learned.CAPITAL, options));
        assertTrue(String.valueOf(e.getMessage()).contains(name), e.getMessage());
    }

    @Test
    void embeddingsHaveTheModelsWidthAndOthersAreRefused() {
        AthanorEmbeddingModel model = new AthanorEmbeddingModel(Learned.assistant());
        assertEquals(model.dimensions(), model.embed(new Document("Berlin")).length);
        assertEquals(2, model.embedForResponse(List.of("a", "b")).getResults().size());
        EmbeddingOptions narrow = EmbeddingOptions.builder().dimensions(3).build();
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> model.call(new EmbeddingRequest(List.of("a"), narrow)));
        assertTrue(String.valueOf(e.getMessage()).contains("dimensions: expected 96"), e.getMessage());
    }
}
