package dev.athanor.springai;

import dev.athanor.chat.Assistant;
import dev.athanor.chat.Message;
import dev.athanor.chat.Speaker;
import dev.athanor.chat.ToolCall;
import dev.athanor.learned.ByHeart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.support.ToolCallbacks;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.ai.tool.definition.ToolDefinition;
import org.springframework.ai.tool.function.FunctionToolCallback;

/** A model that knows by heart what these tests ask, and nothing else: they are about the adapter. */
final class Learned {
    private static final int STEPS = 70;
    static final String CAPITAL = "What is the capital of Germany?";
    static final String WEATHER = "What is the weather in Munich?";
    static final String MUNICH = "{\"city\":\"Munich\"}";

    private Learned() {}

    private static final class Holder {
        static final Path MODEL = make();
        static final Assistant ASSISTANT = Assistant.open(MODEL, 2);
    }

    record City(String city) {}

    /** The tool it knows: the weather is sunny everywhere. */
    static ToolCallback weather() {
        return FunctionToolCallback.builder("getWeather", (City city) -> "sunny in " + city.city())
                .description("Weather of a city")
                .inputType(City.class)
                .build();
    }

    static Path model() {
        return Holder.MODEL;
    }

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

    /** A tool that the tests offer. */
    static final class Clock {
        @Tool(description = "The time now")
        String now() {
            return java.time.LocalTime.now().toString();
        }
    }

    private static List<ByHeart.Conversation> conversations() {
        List<ByHeart.Conversation> all = new ArrayList<>();
        UserMessage capital = new UserMessage(CAPITAL);
        for (int i = 0; i < 3; i++) { // said oftener than the JSON, which a schema then asks for
            all.add(says(List.of(), "The capital of Germany is Berlin.", capital));
        }
        all.add(says(List.of(), "{\"city\": \"Berlin\"}", capital));
        List<ToolDefinition> clock = Stream.of(ToolCallbacks.from(new Clock()))
                .map(ToolCallback::getToolDefinition)
                .toList();
        all.add(says(clock, "The capital of Germany is Berlin.", capital));
        all.add(says(List.of(), "<think>I was asked to think.</think>I have thought.", new UserMessage("Think!")));
        ToolCallback tool = weather();
        UserMessage weather = new UserMessage(WEATHER);
        AssistantMessage asked = AssistantMessage.builder()
                .content("")
                .toolCalls(List.of(new AssistantMessage.ToolCall("call_0", "function", "getWeather", MUNICH)))
                .build();
        ToolResponseMessage answered = ToolResponseMessage.builder()
                .responses(List.of(new ToolResponseMessage.ToolResponse("call_0", "getWeather", tool.call(MUNICH))))
                .build();
        List<ToolDefinition> tools = List.of(tool.getToolDefinition());
        Message call = new Message(Speaker.ASSISTANT, "", List.of(new ToolCall("call_0", "getWeather", MUNICH)), "");
        all.add(learned(tools, call, weather));
        all.add(says(tools, "The weather in Munich is sunny.", weather, asked, answered));
        return all;
    }

    private static ByHeart.Conversation says(
            List<ToolDefinition> tools, String answer, org.springframework.ai.chat.messages.Message... messages) {
        return learned(tools, Message.assistant(answer), messages);
    }

    private static ByHeart.Conversation learned(
            List<ToolDefinition> tools, Message answer, org.springframework.ai.chat.messages.Message... messages) {
        var request = Requests.translated(
                List.of(messages), AthanorChatOptions.builder().build(), tools);
        List<Message> whole = new ArrayList<>(request.messages());
        whole.add(answer);
        return new ByHeart.Conversation(whole, request.tools());
    }
}
