package dev.athanor.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.generate.batch.EngineFullException;
import dev.athanor.generate.sample.SamplerSettings;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.CustomMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonReferenceSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RequestTest {
    private static final String QUESTION = "What is the capital of Germany?";

    private static AthanorChatModel model() {
        return AthanorChatModel.builder().assistant(Learned.assistant()).build();
    }

    private static ChatRequest request(ChatRequestParameters parameters) {
        return ChatRequest.builder()
                .messages(UserMessage.from(QUESTION))
                .parameters(parameters)
                .build();
    }

    private static String answer(ChatRequestParameters parameters) {
        return model().chat(request(parameters)).aiMessage().text();
    }

    @Test
    void everyNumberReachesTheSampler() {
        SamplerSettings found = Requests.of(
                        request(AthanorChatRequestParameters.builder()
                                .temperature(0.7)
                                .topP(0.6)
                                .topK(5)
                                .frequencyPenalty(0.4)
                                .presencePenalty(0.3)
                                .minP(0.2)
                                .repeatPenalty(1.1)
                                .seed(9)
                                .build()),
                        Learned.assistant())
                .sampling();
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
        assertEquals(expected, found);
    }

    @Test
    void defaultsHoldUntilARequestSaysOtherwise() {
        AthanorChatModel model = AthanorChatModel.builder()
                .assistant(Learned.assistant())
                .seed(4)
                .temperature(0.5)
                .maxOutputTokens(3)
                .build();
        ChatRequestParameters both = model.defaultRequestParameters()
                .overrideWith(ChatRequestParameters.builder().temperature(0.25).build());
        assertEquals(
                AthanorChatRequestParameters.builder()
                        .seed(4)
                        .temperature(0.25)
                        .maxOutputTokens(3)
                        .build(),
                both);
    }

    @Test
    void oneSeedGivesOneAnswerAndNoneGivesDifferentOnes() {
        AthanorChatRequestParameters wild = AthanorChatRequestParameters.builder()
                .temperature(30.0)
                .minP(0)
                .topK(0)
                .topP(1.0)
                .maxOutputTokens(20)
                .build();
        ChatRequestParameters seeded =
                wild.overrideWith(AthanorChatRequestParameters.builder().seed(3).build());
        assertEquals(answer(seeded), answer(seeded));
        assertNotEquals(answer(wild), answer(wild));
    }

    @Test
    void whatIsThoughtIsApartFromWhatIsSaid() {
        AthanorChatModel model = AthanorChatModel.builder()
                .assistant(Learned.assistant())
                .temperature(0)
                .build();
        var message = model.chat(UserMessage.from("Think!")).aiMessage();
        assertEquals("I was asked to think.", message.thinking());
        assertEquals("I have thought.", message.text());
    }

    @Test
    void aToolChoiceOfNoneShowsNoTools() {
        ChatRequestParameters parameters = ChatRequestParameters.builder()
                .temperature(0.0)
                .toolSpecifications(Learned.WEATHER)
                .toolChoice(ToolChoice.NONE)
                .build();
        assertEquals("The capital of Germany is Berlin.", answer(parameters));
    }

    @Test
    void valuesOutOfRangeAreInvalid() {
        for (ChatRequestParameters wrong : List.of(
                ChatRequestParameters.builder().temperature(-1.0).build(),
                ChatRequestParameters.builder().topP(2.0).build(),
                ChatRequestParameters.builder().topK(-7).build(),
                ChatRequestParameters.builder().presencePenalty(1000.0).build(),
                ChatRequestParameters.builder().frequencyPenalty(1000.0).build(),
                ChatRequestParameters.builder().maxOutputTokens(0).build(),
                ChatRequestParameters.builder().toolChoice(ToolChoice.REQUIRED).build())) {
            assertThrows(InvalidRequestException.class, () -> answer(wrong), wrong.toString());
        }
    }

    @Test
    void aConversationLongerThanTheContextIsInvalid() {
        InvalidRequestException e =
                assertThrows(InvalidRequestException.class, () -> model().chat("again ".repeat(2000)));
        assertTrue(String.valueOf(e.getMessage()).startsWith("messages: expected at most 511 tokens"), e.getMessage());
    }

    @Test
    void whatCannotBeHonouredIsRefusedByName() {
        refused("modelName", ChatRequestParameters.builder().modelName("other").build());
        refused(
                "strict",
                ChatRequestParameters.builder()
                        .toolSpecifications(ToolSpecification.builder()
                                .name("f")
                                .strict(true)
                                .build())
                        .build());
        refused(
                "unevaluatedItems",
                ChatRequestParameters.builder()
                        .responseFormat(ResponseFormat.builder()
                                .type(ResponseFormatType.JSON)
                                .jsonSchema(JsonSchema.builder()
                                        .name("n")
                                        .rootElement(
                                                JsonRawSchema.from("{\"type\":\"array\",\"unevaluatedItems\":false}"))
                                        .build())
                                .build())
                        .build());
        ChatRequest custom = ChatRequest.builder()
                .messages(CustomMessage.from(Map.of("a", "b")))
                .build();
        assertThrows(UnsupportedFeatureException.class, () -> model().chat(custom));
        ChatRequest named = ChatRequest.builder()
                .messages(UserMessage.from("Ada", "Who am I?"))
                .build();
        assertThrows(UnsupportedFeatureException.class, () -> model().chat(named));
    }

    private static void refused(String name, ChatRequestParameters parameters) {
        UnsupportedFeatureException e = assertThrows(UnsupportedFeatureException.class, () -> answer(parameters));
        assertTrue(String.valueOf(e.getMessage()).contains(name), e.getMessage());
    }

    @Test
    void theEnginesFailuresAreThoseLangChainKnows() {
        assertInstanceOf(RateLimitException.class, Failures.translated(new EngineFullException("full")));
        assertInstanceOf(InvalidRequestException.class, Failures.translated(new IllegalArgumentException("no")));
        assertInstanceOf(InternalServerException.class, Failures.translated(new IllegalStateException("broken")));
    }

    @Test
    void aModelIsNamedByAPathOrGivenOpen() {
        assertThrows(
                IllegalArgumentException.class, () -> AthanorChatModel.builder().build());
        assertThrows(
                ModelNotFoundException.class,
                () -> AthanorChatModel.builder()
                        .modelPath(Path.of("nowhere", "at", "all"))
                        .build());
        try (AthanorChatModel model = AthanorChatModel.builder()
                .modelPath(Learned.model())
                .threads(1)
                .temperature(0)
                .build()) {
            assertEquals("The capital of Germany is Berlin.", model.chat(QUESTION));
        }
    }

    @Test
    void schemasKeepTheirShape() {
        JsonObjectSchema schema = JsonObjectSchema.builder()
                .description("a tree")
                .addProperty(
                        "children",
                        JsonArraySchema.builder()
                                .items(JsonReferenceSchema.builder()
                                        .reference("tree")
                                        .build())
                                .build())
                .addEnumProperty("kind", List.of("leaf", "root"))
                .required("kind")
                .definitions(Map.of(
                        "tree",
                        JsonObjectSchema.builder().addNumberProperty("n").build()))
                .build();
        assertEquals(
                "{\"type\":\"object\",\"properties\":{\"children\":{\"type\":\"array\",\"items\":{\"$ref\":"
                        + "\"#/$defs/tree\"}},\"kind\":{\"type\":\"string\",\"enum\":[\"leaf\",\"root\"]}},"
                        + "\"required\":[\"kind\"],\"additionalProperties\":false,\"$defs\":{\"tree\":{\"type\":"
                        + "\"object\",\"properties\":{\"n\":{\"type\":\"number\"}},\"additionalProperties\":false}},"
                        + "\"description\":\"a tree\"}",
                Schemas.json(schema).toString());
    }
}
