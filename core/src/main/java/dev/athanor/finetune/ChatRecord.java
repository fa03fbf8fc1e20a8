package dev.athanor.finetune;

import dev.athanor.chat.Message;
import dev.athanor.chat.Speaker;
import dev.athanor.chat.Tool;
import dev.athanor.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One line of a file of conversations, in the shape of OpenAI ({@code {"messages": [{"role", "content"}], "tools"}}) or
 * of ShareGPT ({@code {"conversations": [{"from", "value"}], "system"}}).
 */
final class ChatRecord {
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(64)
                            .maxNumberLength(100)
                            .maxNameLength(4096)
                            .maxStringLength(ChatFile.MOST_LINE_BYTES)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** What data sets write about a conversation that is not part of it. */
    private static final Set<String> HARMLESS = Set.of(
            "id",
            "uuid",
            "idx",
            "index",
            "source",
            "dataset",
            "category",
            "language",
            "lang",
            "score",
            "tags",
            "metadata",
            "model",
            "timestamp",
            "prompt_id",
            "conversation_id");

    private static final Map<String, Speaker> ROLES = Map.of(
            "system", Speaker.SYSTEM,
            "developer", Speaker.SYSTEM,
            "user", Speaker.USER,
            "assistant", Speaker.ASSISTANT,
            "tool", Speaker.TOOL);

    private static final Map<String, Speaker> SHARE_GPT = Map.of(
            "system", Speaker.SYSTEM,
            "human", Speaker.USER,
            "user", Speaker.USER,
            "gpt", Speaker.ASSISTANT,
            "assistant", Speaker.ASSISTANT,
            "tool", Speaker.TOOL);

    /** Characters of found text an error shows. */
    private static final int SHOWN = 60;

    private final String where;

    private ChatRecord(String where) {
        this.where = where;
    }

    /**
     * The conversation in {@code line}.
     *
     * @param where file and line, for errors
     * @throws FinetuneException where it is none, in one sentence
     */
    static Conversation parse(String line, String where) {
        return new ChatRecord(where).conversation(json(line, where));
    }

    private static JsonNode json(String line, String where) {
        try {
            return MAPPER.readTree(line);
        } catch (JacksonException e) {
            String reason = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new FinetuneException(
                    where + ": expected a JSON object with a conversation, found text that is not JSON: "
                            + shown(reason),
                    e);
        }
    }

    private Conversation conversation(JsonNode root) {
        if (!root.isObject()) {
            throw wrong("a JSON object with \"messages\" or \"conversations\"", shown(root.toString()));
        }
        boolean openAi = root.has("messages");
        if (openAi == root.has("conversations")) {
            throw wrong(
                    "one of \"messages\" (OpenAI's shape) and \"conversations\" (ShareGPT's)",
                    openAi ? "both" : "an object with " + names(root));
        }
        Set<String> known = openAi
                ? Set.of("messages", "tools", "parallel_tool_calls")
                : Set.of("conversations", "system", "tools");
        requireKnown(root, known, "the conversation");
        List<Tool> tools = tools(root.path("tools"));
        List<Message> messages = openAi ? messages(root.get("messages")) : shareGpt(root);
        return new Conversation(where, messages, tools);
    }

    private List<Message> messages(JsonNode list) {
        requireList(list, "messages");
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            messages.add(message(list.get(i), "messages[" + i + "]"));
        }
        return messages;
    }

    private Message message(JsonNode node, String place) {
        if (!node.isObject()) {
            throw wrong(place + " to be an object with \"role\" and \"content\"", shown(node.toString()));
        }
        requireKnown(node, Set.of("role", "content", "tool_calls", "tool_call_id", "name", "refusal"), place);
        Speaker speaker = speaker(node.path("role"), ROLES, place + ".role");
        JsonNode refusal = node.path("refusal");
        if (!refusal.isMissingNode() && !refusal.isNull()) {
            throw wrong(place + ".refusal to be null, since only \"content\" is learned", shown(refusal.toString()));
        }
        List<ToolCall> calls = calls(node.path("tool_calls"), place + ".tool_calls");
        if (!calls.isEmpty() && speaker != Speaker.ASSISTANT) {
            throw wrong(place + ".tool_calls of an assistant only", "some of " + speaker.word());
        }
        String content = content(node.path("content"), place + ".content", !calls.isEmpty());
        String callId = optional(node, "tool_call_id", place).orElse("");
        return new Message(speaker, content, calls, callId);
    }

    /** A text, or a list of parts that are all text. */
    private String content(JsonNode node, String place, boolean mayLack) {
        if (node.isString()) {
            return node.stringValue();
        }
        if (mayLack && (node.isNull() || node.isMissingNode())) {
            return "";
        }
        if (node.isArray()) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < node.size(); i++) {
                JsonNode part = node.get(i);
                if (!"text".equals(part.path("type").asString(""))
                        || !part.path("text").isString()) {
                    throw wrong(place + "[" + i + "] to be a part of type text", shown(part.toString()));
                }
                text.append(part.get("text").stringValue());
            }
            return text.toString();
        }
        throw wrong(place + " to be a text", node.isMissingNode() ? "none" : shown(node.toString()));
    }

    private List<ToolCall> calls(JsonNode list, String place) {
        if (list.isMissingNode() || list.isNull()) {
            return List.of();
        }
        requireList(list, place);
        List<ToolCall> calls = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            JsonNode call = list.get(i);
            JsonNode function = call.path("function");
            if (!function.path("name").isString()) {
                throw wrong(place + "[" + i + "].function.name to be a text", shown(call.toString()));
            }
            JsonNode arguments = function.path("arguments");
            String text = arguments.isString() ? arguments.stringValue() : arguments.toString();
            if (!arguments.isObject()
                    && !(arguments.isString() && json(text, where).isObject())) {
                throw wrong(place + "[" + i + "].function.arguments to be a JSON object", shown(text));
            }
            calls.add(new ToolCall(
                    optional(call, "id", place + "[" + i + "]").orElse("call_" + i),
                    function.get("name").stringValue(),
                    text));
        }
        return calls;
    }

    private List<Tool> tools(JsonNode list) {
        if (list.isMissingNode() || list.isNull()) {
            return List.of();
        }
        requireList(list, "tools");
        List<Tool> tools = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            JsonNode function = list.get(i).path("function");
            if (!function.path("name").isString()) {
                throw wrong(
                        "tools[" + i + "].function.name to be a text",
                        shown(list.get(i).toString()));
            }
            JsonNode parameters = function.path("parameters");
            try {
                tools.add(new Tool(
                        function.get("name").stringValue(),
                        optional(function, "description", "tools[" + i + "].function")
                                .orElse(""),
                        parameters.isMissingNode() ? "{}" : parameters.toString()));
            } catch (IllegalArgumentException e) {
                throw new FinetuneException(where + ": " + e.getMessage(), e);
            }
        }
        return tools;
    }

    private List<Message> shareGpt(JsonNode root) {
        JsonNode list = root.get("conversations");
        requireList(list, "conversations");
        List<Message> messages = new ArrayList<>();
        optional(root, "system", "the conversation")
                .filter(text -> !text.isBlank())
                .ifPresent(text -> messages.add(Message.system(text)));
        for (int i = 0; i < list.size(); i++) {
            String place = "conversations[" + i + "]";
            JsonNode node = list.get(i);
            if (!node.isObject()) {
                throw wrong(place + " to be an object with \"from\" and \"value\"", shown(node.toString()));
            }
            requireKnown(node, Set.of("from", "value", "weight"), place);
            Speaker speaker = speaker(node.path("from"), SHARE_GPT, place + ".from");
            String value = content(node.path("value"), place + ".value", false);
            messages.add(new Message(speaker, value, List.of(), ""));
        }
        return messages;
    }

    private Speaker speaker(JsonNode node, Map<String, Speaker> words, String place) {
        Speaker speaker = node.isString() ? words.get(node.stringValue()) : null;
        if (speaker == null) {
            throw wrong(
                    place + " to be one of "
                            + String.join(", ", words.keySet().stream().sorted().toList()),
                    node.isMissingNode() ? "none" : shown(node.toString()));
        }
        return speaker;
    }

    private Optional<String> optional(JsonNode node, String name, String place) {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isString()) {
            throw wrong(place + "." + name + " to be a text", shown(value.toString()));
        }
        return Optional.of(value.stringValue());
    }

    private void requireList(JsonNode node, String place) {
        if (!node.isArray() || node.isEmpty()) {
            throw wrong(place + " to be a list with something in it", shown(node.toString()));
        }
    }

    /** A field nobody reads would be lost without a word. */
    private void requireKnown(JsonNode node, Set<String> known, String place) {
        for (String name : node.propertyNames()) {
            if (!known.contains(name) && !HARMLESS.contains(name)) {
                throw wrong(
                        "only fields of " + place + " that are known",
                        shown(name) + "; remove it if it may be ignored");
            }
        }
    }

    private static String names(JsonNode node) {
        StringJoiner names = new StringJoiner(", ");
        node.propertyNames().stream().limit(8).forEach(name -> names.add(shown(name)));
        return names.length() == 0 ? "nothing" : names.toString();
    }

    private FinetuneException wrong(String expected, String found) {
        return new FinetuneException(where + ": expected " + expected + ", found " + found);
    }

    private static String shown(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.codePoints()
                .limit(SHOWN)
                .forEach(c -> out.appendCodePoint(Character.isISOControl(c) || !Character.isDefined(c) ? '.' : c));
        return out.append(text.codePointCount(0, text.length()) > SHOWN ? "…\"" : "\"")
                .toString();
    }
}
