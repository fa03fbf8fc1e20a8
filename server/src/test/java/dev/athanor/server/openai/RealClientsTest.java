package dev.athanor.server.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OpenAI's own Java client and LangChain4j's, as people set them up: only the address is another. */
class RealClientsTest {
    @TempDir
    private static Path directory = Path.of("");

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Bed bed;

    @SuppressWarnings("NullAway.Init")
    private static OpenAIClient openai;

    @BeforeAll
    static void open() {
        bed = new Bed(Bed.model(directory), ServeOptions.LOCAL);
        openai = OpenAIOkHttpClient.builder()
                .baseUrl(bed.serving.address() + "/v1")
                .apiKey("none")
                .build();
    }

    @AfterAll
    static void close() {
        openai.close();
        bed.close();
    }

    private static ChatCompletionCreateParams.Builder hello() {
        return ChatCompletionCreateParams.builder()
                .model("tiny")
                .addSystemMessage("Be brief.")
                .addUserMessage("Hello")
                .putAdditionalBodyProperty("seed", com.openai.core.JsonValue.from(1))
                .maxCompletionTokens(20);
    }

    @Test
    void openaiChatsWholeAndStreamed() {
        ChatCompletion whole = openai.chat().completions().create(hello().build());
        String text = whole.choices().get(0).message().content().orElse("");
        assertEquals("tiny", whole.model());
        assertTrue(whole.usage().orElseThrow().completionTokens() <= 20);
        StringBuilder streamed = new StringBuilder();
        long used = 0;
        try (StreamResponse<ChatCompletionChunk> chunks = openai.chat()
                .completions()
                .createStreaming(hello().streamOptions(ChatCompletionStreamOptions.builder()
                                .includeUsage(true)
                                .build())
                        .build())) {
            for (ChatCompletionChunk chunk : (Iterable<ChatCompletionChunk>) chunks.stream()::iterator) {
                chunk.choices().forEach(c -> streamed.append(c.delta().content().orElse("")));
                used = chunk.usage().map(u -> u.completionTokens()).orElse(used);
            }
        }
        assertEquals(text, streamed.toString());
        assertEquals(whole.usage().orElseThrow().completionTokens(), used);
    }

    @Test
    void openaiCompletesEmbedsAndListsModels() {
        CompletionCreateParams params = CompletionCreateParams.builder()
                .model("tiny")
                .prompt("The king")
                .maxTokens(10)
                .seed(1)
                .logprobs(2)
                .echo(true)
                .build();
        Completion completion = openai.completions().create(params);
        assertTrue(completion.choices().get(0).text().startsWith("The king"));
        assertFalse(completion
                .choices()
                .get(0)
                .logprobs()
                .orElseThrow()
                .tokens()
                .orElseThrow()
                .isEmpty());
        List<Float> embedding = openai.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model("tiny")
                        .input("The king")
                        .build())
                .data()
                .get(0)
                .embedding();
        float[] own = bed.assistant.embed("The king");
        assertEquals(own.length, embedding.size());
        for (int i = 0; i < own.length; i++) {
            assertEquals(own[i], embedding.get(i));
        }
        assertEquals("tiny", openai.models().list().data().get(0).id());
        assertEquals("tiny", openai.models().retrieve("tiny").id());
    }

    /** A structured output. */
    static final class Weather {
        @JsonProperty
        boolean sunny;

        @JsonPropertyDescription("whole degrees")
        @JsonProperty
        int degrees;
    }

    /** A tool. */
    @com.fasterxml.jackson.annotation.JsonClassDescription("tells the time")
    static final class Clock {
        @JsonProperty
        boolean utc;
    }

    @Test
    void openaiGetsStructuredOutput() {
        Weather weather = openai.chat()
                .completions()
                .create(hello().maxCompletionTokens(200)
                        .responseFormat(Weather.class)
                        .build())
                .choices()
                .get(0)
                .message()
                .content()
                .orElseThrow();
        System.out.println("sunny: " + weather.sunny + ", degrees: " + weather.degrees);
    }

    @Test
    void openaiCallsTools() {
        ChatCompletion came = openai.chat()
                .completions()
                .create(hello().maxCompletionTokens(200)
                        .addTool(Clock.class)
                        .toolChoice(ChatCompletionToolChoiceOption.ofAuto(ChatCompletionToolChoiceOption.Auto.REQUIRED))
                        .build());
        var call =
                came.choices().get(0).message().toolCalls().orElseThrow().get(0).asFunction();
        assertEquals("Clock", call.function().name());
        Clock clock = call.function().arguments(Clock.class);
        ChatCompletion next = openai.chat()
                .completions()
                .create(hello().addMessage(came.choices().get(0).message())
                        .addMessage(com.openai.models.chat.completions.ChatCompletionToolMessageParam.builder()
                                .toolCallId(call.id())
                                .content("noon, " + clock.utc)
                                .build())
                        .build());
        assertEquals(1, next.choices().size());
    }

    @Test
    void openaiPutsAStreamedToolCallTogether() {
        ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
        int parts = 0;
        try (var stream = openai.chat()
                .completions()
                .createStreaming(hello().maxCompletionTokens(200)
                        .addTool(Clock.class)
                        .toolChoice(ChatCompletionToolChoiceOption.ofAuto(ChatCompletionToolChoiceOption.Auto.REQUIRED))
                        .build())) {
            for (var chunk : (Iterable<ChatCompletionChunk>) stream.stream()::iterator) {
                whole.accumulate(chunk);
                parts += chunk.choices().stream()
                        .mapToInt(c -> c.delta().toolCalls().map(List::size).orElse(0))
                        .sum();
            }
        }
        var call = whole.chatCompletion()
                .choices()
                .get(0)
                .message()
                .toolCalls()
                .orElseThrow()
                .get(0)
                .asFunction();
        assertEquals("Clock", call.function().name());
        System.out.println("utc: " + call.function().arguments(Clock.class).utc + " in " + parts + " parts");
        assertTrue(parts > 1, parts + " parts");
    }

    private static OpenAiChatModel.OpenAiChatModelBuilder langchain() {
        return OpenAiChatModel.builder()
                .baseUrl(bed.serving.address() + "/v1")
                .apiKey("none")
                .modelName("tiny")
                .seed(1)
                .maxTokens(200);
    }

    @Test
    void langchainChatsWholeAndStreamed() throws Exception {
        String whole = langchain().maxTokens(20).build().chat("Hello");
        OpenAiStreamingChatModel model = OpenAiStreamingChatModel.builder()
                .baseUrl(bed.serving.address() + "/v1")
                .apiKey("none")
                .modelName("tiny")
                .seed(1)
                .maxTokens(20)
                .build();
        StringBuilder pieces = new StringBuilder();
        CompletableFuture<ChatResponse> end = new CompletableFuture<>();
        model.chat("Hello", new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String piece) {
                pieces.append(piece);
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                end.complete(response);
            }

            @Override
            public void onError(Throwable error) {
                end.completeExceptionally(error);
            }
        });
        ChatResponse response = end.get(60, TimeUnit.SECONDS);
        assertEquals(whole, pieces.toString());
        assertEquals(whole, response.aiMessage().text());
        assertTrue(response.tokenUsage().inputTokenCount() > 0);
    }

    @Test
    void langchainCallsToolsKeepsSchemasAndEmbeds() {
        ChatRequest tools = ChatRequest.builder()
                .messages(UserMessage.from("What time is it?"))
                .toolSpecifications(ToolSpecification.builder()
                        .name("clock")
                        .description("tells the time")
                        .parameters(JsonObjectSchema.builder()
                                .addBooleanProperty("utc")
                                .required("utc")
                                .build())
                        .build())
                .toolChoice(ToolChoice.REQUIRED)
                .build();
        ChatResponse called = langchain().strictTools(true).build().chat(tools);
        assertTrue(called.aiMessage().hasToolExecutionRequests(), called.toString());
        assertEquals("clock", called.aiMessage().toolExecutionRequests().get(0).name());
        ChatRequest form = ChatRequest.builder()
                .messages(UserMessage.from("How is the weather?"))
                .responseFormat(ResponseFormat.builder()
                        .type(ResponseFormatType.JSON)
                        .jsonSchema(JsonSchema.builder()
                                .name("Weather")
                                .rootElement(JsonObjectSchema.builder()
                                        .addBooleanProperty("sunny")
                                        .required("sunny")
                                        .build())
                                .build())
                        .build())
                .build();
        String json = langchain()
                .strictJsonSchema(true)
                .build()
                .chat(form)
                .aiMessage()
                .text();
        assertTrue(Bed.JSON.readTree(json).path("sunny").isBoolean(), json);
        var embedding = OpenAiEmbeddingModel.builder()
                .baseUrl(bed.serving.address() + "/v1")
                .apiKey("none")
                .modelName("tiny")
                .build()
                .embed("The king")
                .content();
        assertEquals(bed.assistant.config().width(), embedding.dimension());
    }
}
