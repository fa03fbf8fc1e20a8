package dev.athanor.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Finds thinking and tool calls in an answer's text, in the forms the families write them: {@code <tool_call>} with
 * JSON (Qwen, Hermes), an answer that is JSON with a name and parameters (Llama 3), {@code [TOOL_CALLS]} and a list
 * (Mistral). What is no call of a known tool stays text.
 */
final class AnswerReader {
    static final String THINK = "<think>";
    static final String THOUGHT = "</think>";
    static final String CALL = "<tool_call>";
    static final String CALLED = "</tool_call>";
    /** Characters in which a call's first key has shown itself. */
    static final int FIRST_KEY = 64;

    /** What a call's object begins with, in all the families. */
    private static final List<String> KEYS =
            List.of("\"name\"", "\"function\"", "\"type\"", "\"id\"", "\"arguments\"", "\"parameters\"");

    private static final String PYTHON_TAG = "<|python_tag|>";
    private static final String MISTRAL = "[TOOL_CALLS]";

    private static final JsonMapper MAPPER = new JsonMapper(JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(64).build())
            .build());

    private AnswerReader() {}

    static Answer read(String text, List<Tool> tools) {
        String thinking = "";
        String rest = text;
        int thought = rest.indexOf(THOUGHT);
        int think = rest.indexOf(THINK);
        if (thought >= 0 && (think < 0 || rest.substring(0, think).isBlank() || think > thought)) {
            // A template may have opened the thinking itself.
            int from = think >= 0 && think < thought ? think + THINK.length() : 0;
            thinking = rest.substring(from, thought).strip();
            rest = rest.substring(thought + THOUGHT.length()).stripLeading();
        } else if (think >= 0 && rest.substring(0, think).isBlank()) {
            return new Answer("", rest.substring(think + THINK.length()).strip(), List.of()); // not done thinking
        }
        if (tools.isEmpty()) {
            return new Answer(rest, thinking, List.of());
        }
        Set<String> names = tools.stream().map(Tool::name).collect(Collectors.toSet());
        List<ToolCall> calls = new ArrayList<>();
        String said = tagged(rest, names, calls);
        if (calls.isEmpty()) {
            said = bare(rest, names, calls);
        }
        return new Answer(calls.isEmpty() ? rest : said.strip(), thinking, calls);
    }

    private static String tagged(String text, Set<String> names, List<ToolCall> calls) {
        StringBuilder said = new StringBuilder();
        int at = 0;
        for (int from = text.indexOf(CALL); from >= 0; from = text.indexOf(CALL, at)) {
            said.append(text, at, from);
            int to = text.indexOf(CALLED, from);
            int end = to < 0 ? text.length() : to;
            at = to < 0 ? text.length() : to + CALLED.length();
            String inside = text.substring(from + CALL.length(), end);
            if (!add(parse(inside), names, calls)) {
                said.append(text, from, at);
            }
        }
        return said.append(text, Math.min(at, text.length()), text.length()).toString();
    }

    /** An answer that is nothing but calls. */
    private static String bare(String text, Set<String> names, List<ToolCall> calls) {
        String stripped = text.strip();
        if (isNoCall(stripped)) {
            return text;
        }
        for (String sign : List.of(PYTHON_TAG, MISTRAL)) {
            stripped = stripped.startsWith(sign)
                    ? stripped.substring(sign.length()).strip()
                    : stripped;
        }
        Optional<JsonNode> json = parse(stripped);
        if (json.isPresent() && json.get().isArray()) {
            List<ToolCall> found = new ArrayList<>();
            for (JsonNode each : json.get()) {
                if (!add(Optional.of(each), names, found)) {
                    return text;
                }
            }
            calls.addAll(found);
            return "";
        }
        return add(json, names, calls) ? "" : text;
    }

    /** Whether {@code text}, the beginning of an answer, is a JSON object that begins as no call does. */
    static boolean isNoCall(String text) {
        String rest = text.stripLeading();
        if (!rest.startsWith("{")) {
            return false;
        }
        String inside = rest.substring(1).stripLeading();
        String begun = inside.substring(0, Math.min(inside.length(), FIRST_KEY));
        return KEYS.stream().noneMatch(key -> key.startsWith(begun) || begun.startsWith(key));
    }

    private static Optional<JsonNode> parse(String text) {
        String stripped = text.strip();
        if (!stripped.startsWith("{") && !stripped.startsWith("[")) {
            return Optional.empty();
        }
        try {
            return Optional.of(MAPPER.readTree(stripped));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /** What a JSON text in its quotes says; nothing where it is none. */
    static String text(String quoted) {
        try {
            return MAPPER.readTree(quoted).asString("");
        } catch (JacksonException e) {
            return "";
        }
    }

    private static boolean add(Optional<JsonNode> json, Set<String> names, List<ToolCall> calls) {
        if (json.isEmpty() || !json.get().isObject()) {
            return false;
        }
        JsonNode function = json.get().path("function").isObject() ? json.get().path("function") : json.get();
        JsonNode arguments = function.has("arguments") ? function.path("arguments") : function.path("parameters");
        if (!function.path("name").isString()
                || !names.contains(function.path("name").stringValue())) {
            return false;
        }
        String text =
                arguments.isString() ? arguments.stringValue() : arguments.isObject() ? arguments.toString() : "{}";
        calls.add(new ToolCall("call_" + calls.size(), function.path("name").stringValue(), text));
        return true;
    }
}
