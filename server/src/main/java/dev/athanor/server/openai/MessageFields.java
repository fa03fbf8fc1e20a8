package dev.athanor.server.openai;

import dev.athanor.chat.Message;
import dev.athanor.chat.Speaker;
import dev.athanor.chat.Tool;
import dev.athanor.chat.ToolCall;
import dev.athanor.chat.ToolChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Messages, tools and the choice of tools in OpenAI's shape. */
final class MessageFields {
    private static final int MOST_MESSAGES = 10_000;
    private static final int MOST_TOOLS = 128;

    private MessageFields() {}

    static List<Message> messages(Fields f) {
        JsonNode found = f.require("messages", "a list of messages");
        if (!found.isArray() || found.isEmpty() || found.size() > MOST_MESSAGES) {
            throw f.problem(
                    "messages",
                    "expected a list of 1 to " + MOST_MESSAGES + " messages, found "
                            + (found.isArray() ? String.valueOf(found.size()) : Fields.kind(found)));
        }
        List<Message> messages = new ArrayList<>();
        for (JsonNode each : found) {
            String name = "messages[" + messages.size() + "]";
            if (!(each instanceof ObjectNode object)) {
                throw ApiProblem.field(name, "expected an object, found " + Fields.kind(each));
            }
            messages.add(message(new Fields(object, name)));
        }
        return messages;
    }

    private static Message message(Fields f) {
        String role = Fields.text(f.name("role"), f.require("role", "a role"));
        Speaker speaker = switch (role) {
            case "system", "developer" -> Speaker.SYSTEM;
            case "user" -> Speaker.USER;
            case "assistant" -> Speaker.ASSISTANT;
            case "tool" -> Speaker.TOOL;
            default -> throw f.problem("role", "expected system, developer, user, assistant or tool, found another");
        };
        List<ToolCall> calls = speaker == Speaker.ASSISTANT ? calls(f) : List.of();
        String callId = speaker == Speaker.TOOL
                ? Fields.text(f.name("tool_call_id"), f.require("tool_call_id", "the id of a call"))
                : "";
        String content = content(f, !calls.isEmpty());
        f.done();
        return new Message(speaker, content, calls, callId);
    }

    /** A text, or a list of parts that are texts. */
    private static String content(Fields f, boolean optional) {
        Optional<JsonNode> found = f.find("content");
        if (found.isEmpty() && optional) {
            return "";
        }
        JsonNode content = f.require("content", "a text");
        if (!content.isArray()) {
            return Fields.text(f.name("content"), content);
        }
        StringBuilder text = new StringBuilder();
        int i = 0;
        for (JsonNode part : content) {
            String name = f.name("content") + "[" + i++ + "]";
            if (!(part instanceof ObjectNode object)
                    || !"text".equals(part.path("type").asString(""))) {
                throw ApiProblem.field(
                        name, "expected a part of type text, which is all this model reads, found another");
            }
            Fields fields = new Fields(object, name);
            fields.text("type");
            text.append(Fields.text(fields.name("text"), fields.require("text", "a text")));
            fields.done();
        }
        return text.toString();
    }

    private static List<ToolCall> calls(Fields f) {
        Optional<JsonNode> found = f.find("tool_calls");
        List<ToolCall> calls = new ArrayList<>();
        if (found.isEmpty()) {
            return calls;
        }
        for (JsonNode each : found.get()) {
            String name = f.name("tool_calls") + "[" + calls.size() + "]";
            if (!(each instanceof ObjectNode object)) {
                throw ApiProblem.field(name, "expected an object, found " + Fields.kind(each));
            }
            Fields call = new Fields(object, name);
            call.text("type");
            call.find("index");
            Fields function = call.object("function")
                    .orElseThrow(() -> call.problem("function", "expected a function, found none"));
            calls.add(new ToolCall(
                    call.text("id").orElse(""),
                    Fields.text(function.name("name"), function.require("name", "a name")),
                    Fields.text(function.name("arguments"), function.require("arguments", "JSON as a text"))));
            function.done();
            call.done();
        }
        return calls;
    }

    static List<Tool> tools(Fields f) {
        Optional<JsonNode> found = f.find("tools");
        List<Tool> tools = new ArrayList<>();
        if (found.isEmpty()) {
            return tools;
        }
        if (!found.get().isArray() || found.get().size() > MOST_TOOLS) {
            throw f.problem(
                    "tools",
                    "expected a list of at most " + MOST_TOOLS + " tools, found "
                            + (found.get().isArray()
                                    ? String.valueOf(found.get().size())
                                    : Fields.kind(found.get())));
        }
        for (JsonNode each : found.get()) {
            String name = "tools[" + tools.size() + "]";
            if (!(each instanceof ObjectNode object)) {
                throw ApiProblem.field(name, "expected an object, found " + Fields.kind(each));
            }
            tools.add(tool(new Fields(object, name)));
        }
        return tools;
    }

    private static Tool tool(Fields f) {
        if (!"function".equals(f.text("type").orElse("function"))) {
            throw f.problem("type", "expected function, found another");
        }
        Fields function =
                f.object("function").orElseThrow(() -> f.problem("function", "expected an object, found none"));
        String name = Fields.text(function.name("name"), function.require("name", "a name"));
        String description = function.text("description").orElse("");
        String parameters = function.find("parameters").map(JsonNode::toString).orElse("{}");
        function.flag("strict", true);
        function.done();
        f.done();
        try {
            return new Tool(name, description, parameters);
        } catch (IllegalArgumentException e) {
            throw function.problem("name", String.valueOf(e.getMessage()));
        }
    }

    static ToolChoice choice(Fields f, List<Tool> tools) {
        Optional<JsonNode> found = f.find("tool_choice");
        if (found.isEmpty()) {
            return ToolChoice.AUTO;
        }
        if (found.get() instanceof ObjectNode object) {
            Fields choice = new Fields(object, "tool_choice");
            choice.text("type");
            Fields function = choice.object("function")
                    .orElseThrow(() -> choice.problem("function", "expected a function with a name, found none"));
            String name = Fields.text(function.name("name"), function.require("name", "a name"));
            function.done();
            choice.done();
            return new ToolChoice(ToolChoice.Mode.REQUIRED, name);
        }
        ToolChoice choice = switch (Fields.text("tool_choice", found.get())) {
            case "none" -> ToolChoice.NONE;
            case "auto" -> ToolChoice.AUTO;
            case "required" -> ToolChoice.REQUIRED;
            default -> throw f.problem("tool_choice", "expected none, auto, required or a function, found another");
        };
        if (choice.mode() == ToolChoice.Mode.REQUIRED && tools.isEmpty()) {
            throw f.problem("tool_choice", "expected tools beside it, found none");
        }
        return choice;
    }
}
