package dev.athanor.langchain4j;

import dev.athanor.chat.Assistant;
import dev.athanor.chat.Message;
import dev.athanor.chat.Speaker;
import dev.athanor.chat.ToolCall;
import dev.athanor.learned.ByHeart;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The model that LangChain4j's tests ask. No model that could answer them from knowledge is small enough to come with a
 * test, so this one is made here and has learned by heart what the tests ask: what they show is that requests and
 * answers pass through the adapter whole, not that the model knows anything.
 */
final class Learned {
    private static final int STEPS = 75;

    static final ToolSpecification WEATHER = tool("getWeather", "city");
    static final ToolSpecification TIME = tool("getTime", "country");
    static final ToolSpecification NOW =
            ToolSpecification.builder().name("get_current_time").build();
    static final ToolSpecification SUM = ToolSpecification.builder()
            .name("add_two_numbers")
            .parameters(JsonObjectSchema.builder()
                    .addIntegerProperty("a")
                    .addIntegerProperty("b")
                    .build())
            .build();

    private Learned() {}

    private static final class Holder {
        static final Path MODEL = make();
        static final Assistant ASSISTANT = Assistant.open(MODEL, 2);
    }

    /** Its files. */
    static Path model() {
        return Holder.MODEL;
    }

    /** The open model, one for all tests. */
    static Assistant assistant() {
        return Holder.ASSISTANT;
    }

    private static Path make() {
        try {
            Path folder = Files.createTempDirectory("athanor-learned").resolve("learned");
            ByHeart.learn(folder, conversations(), STEPS);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ToolSpecification tool(String name, String argument) {
        return ToolSpecification.builder()
                .name(name)
                .parameters(
                        JsonObjectSchema.builder().addStringProperty(argument).build())
                .build();
    }

    static List<ByHeart.Conversation> conversations() {
        List<ByHeart.Conversation> all = new ArrayList<>();
        UserMessage capital = user("What is the capital of Germany?");
        // The same question with two answers: said often, and in JSON where a request's form allows nothing else.
        for (int i = 0; i < 3; i++) {
            all.add(says(List.of(), "The capital of Germany is Berlin.", capital));
        }
        all.add(says(List.of(), "{\"city\": \"Berlin\"}", capital));
        all.add(says(
                List.of(),
                "{\"city\": \"Berlin\"}",
                user("What is the capital of Germany? Answer with a JSON object containing a single 'city' field")));
        all.add(says(
                List.of(),
                "The capital of Germany is Berlin, and 2 + 2 = 4.",
                user("What is the capital of Germany? How much is 2 + 2?")));
        all.add(says(
                List.of(),
                "Ich liebe dich",
                SystemMessage.from("Translate messages from user into German"),
                user("Translate: 'I love you'")));
        all.add(says(
                List.of(),
                "Your favorite color is green.",
                user("Hi, my favorite color is green"),
                AiMessage.from("Hi, nice to meet you"),
                user("What is my favorite color?")));
        all.add(says(List.of(), "Hello World", user("Say 'Hello World'")));
        all.add(says(
                List.of(),
                "Once there was a fox who could not sleep. A hedgehog sang to it, an owl told it the stars, and a "
                        + "hare ran until the morning came. Then the fox slept.",
                user("Tell me a long story about animals")));
        all.add(says(List.of(), "<think>I was asked to think.</think>I have thought.", user("Think!")));
        withTools(all);
        return all;
    }

    private static void withTools(List<ByHeart.Conversation> all) {
        UserMessage weather = user("What is the weather in Munich?");
        ToolExecutionRequest munich = call(0, "getWeather", "{\"city\":\"Munich\"}");
        all.add(calls(List.of(WEATHER), List.of(munich), weather));
        AiMessage asked = AiMessage.from(munich);
        ToolExecutionResultMessage sunny = ToolExecutionResultMessage.from(munich, "sunny");
        for (int i = 0; i < 3; i++) {
            all.add(says(List.of(WEATHER), "The weather in Munich is sunny.", weather, asked, sunny));
        }
        all.add(says(List.of(WEATHER), "{\"weather\": \"sunny\"}", weather, asked, sunny));

        UserMessage now = user("What is the time now? Use the get_current_time tool.");
        ToolExecutionRequest time = call(0, "get_current_time", "{}");
        all.add(calls(List.of(NOW), List.of(time), now));
        all.add(says(
                List.of(NOW),
                "The time is 10:14.",
                now,
                AiMessage.from(time),
                ToolExecutionResultMessage.from(time, "10:14")));

        UserMessage both =
                user("What is the weather in Munich and time in France? Call tools simultaneously (in parallel)");
        ToolExecutionRequest france = call(1, "getTime", "{\"country\":\"France\"}");
        all.add(calls(List.of(WEATHER, TIME), List.of(munich, france), both));
        all.add(says(
                List.of(WEATHER, TIME),
                "The weather in Munich is sunny and the time in France is 14:35.",
                both,
                AiMessage.from(munich, france),
                sunny,
                ToolExecutionResultMessage.from(france, "14:35")));

        all.add(calls(List.of(WEATHER), List.of(munich), user("I live in Munich")));
        all.add(calls(List.of(WEATHER, SUM), List.of(munich), user("I live in Munich")));
    }

    private static UserMessage user(String text) {
        return UserMessage.from(text);
    }

    private static ToolExecutionRequest call(int index, String name, String arguments) {
        return ToolExecutionRequest.builder()
                .id("call_" + index)
                .name(name)
                .arguments(arguments)
                .build();
    }

    private static ByHeart.Conversation says(List<ToolSpecification> tools, String answer, ChatMessage... messages) {
        return learned(tools, Message.assistant(answer), messages);
    }

    private static ByHeart.Conversation calls(
            List<ToolSpecification> tools, List<ToolExecutionRequest> calls, ChatMessage... messages) {
        List<ToolCall> made = calls.stream()
                .map(call -> new ToolCall(call.id(), call.name(), call.arguments()))
                .toList();
        return learned(tools, new Message(Speaker.ASSISTANT, "", made, ""), messages);
    }

    /** Questions are written as the adapter will write them. */
    private static ByHeart.Conversation learned(
            List<ToolSpecification> tools, Message answer, ChatMessage... messages) {
        dev.athanor.chat.ChatRequest request = Requests.translated(ChatRequest.builder()
                .messages(messages)
                .toolSpecifications(tools)
                .build());
        List<Message> whole = new ArrayList<>(request.messages());
        whole.add(answer);
        return new ByHeart.Conversation(whole, request.tools());
    }
}
