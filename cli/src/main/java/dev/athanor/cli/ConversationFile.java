package dev.athanor.cli;

import dev.athanor.chat.Message;
import dev.athanor.chat.Speaker;
import dev.athanor.chat.ToolCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Conversations as files, in the shape of OpenAI's chat requests: {@code {"messages":[{"role":…,"content":…}]}}. */
final class ConversationFile {
    private static final long MOST_BYTES = 64L << 20;

    private ConversationFile() {}

    /**
     * Writes a conversation.
     *
     * @param over whether a file that is there may be replaced
     * @throws IllegalArgumentException when a file is there and must stay, or its folder is missing
     * @throws UncheckedIOException when it cannot be written
     */
    static void save(Path file, List<Message> messages, boolean over) {
        String text = json(messages).toPrettyString() + "\n";
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            throw new IllegalArgumentException(
                    file + ": expected a folder " + folder + ", found none; make it first, or save elsewhere");
        }
        try {
            if (over) {
                replace(file, text);
            } else {
                Files.writeString(file, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            }
        } catch (FileAlreadyExistsException e) {
            throw new IllegalArgumentException(
                    file + ": expected a new name, found a file that is there; /save! replaces it", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whole or not at all: what is there stays until the new text is on its side. */
    private static void replace(Path file, String text) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path folder = absolute.getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw new IllegalArgumentException(file + ": expected a file, found a folder");
        }
        Path beside = Files.createTempFile(folder, ".chat", ".json");
        try {
            Files.writeString(beside, text);
            Files.move(beside, absolute, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private static ObjectNode json(List<Message> messages) {
        ObjectNode root = Json.object();
        ArrayNode array = root.putArray("messages");
        for (Message message : messages) {
            ObjectNode node = array.addObject();
            node.put("role", message.speaker().word());
            node.put("content", message.content());
            if (!message.callId().isEmpty()) {
                node.put("tool_call_id", message.callId());
            }
            if (!message.calls().isEmpty()) {
                ArrayNode calls = node.putArray("tool_calls");
                for (ToolCall call : message.calls()) {
                    ObjectNode one = calls.addObject().put("id", call.id()).put("type", "function");
                    one.putObject("function").put("name", call.name()).put("arguments", call.arguments());
                }
            }
        }
        return root;
    }

    /**
     * Reads a conversation; fields of a request beside its messages are not looked at.
     *
     * @throws IllegalArgumentException when the file holds none, in one sentence with the place
     * @throws UncheckedIOException when it cannot be read
     */
    static List<Message> load(Path file) {
        JsonNode array = ChatJson.object(file, MOST_BYTES).path("messages");
        if (!array.isArray()) {
            throw new IllegalArgumentException(file + ": messages: expected a list, found " + found(array));
        }
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            messages.add(message(array.get(i), file + ": messages[" + i + "]"));
        }
        return List.copyOf(messages);
    }

    private static Message message(JsonNode node, String where) {
        String role = text(node.path("role"), where + ".role");
        Speaker speaker = switch (role) {
            case "system", "developer" -> Speaker.SYSTEM;
            case "user" -> Speaker.USER;
            case "assistant" -> Speaker.ASSISTANT;
            case "tool" -> Speaker.TOOL;
            default ->
                throw new IllegalArgumentException(where
                        + ".role: expected system, developer, user, assistant or tool, found " + Visible.line(role));
        };
        List<ToolCall> calls = calls(node.path("tool_calls"), where + ".tool_calls");
        JsonNode id = node.path("tool_call_id");
        String content = calls.isEmpty() || !absent(node.path("content"))
                ? content(node.path("content"), where + ".content")
                : "";
        try {
            return new Message(speaker, content, calls, absent(id) ? "" : text(id, where + ".tool_call_id"));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
        }
    }

    /** A text, or parts that are texts. */
    private static String content(JsonNode node, String where) {
        if (!node.isArray()) {
            return text(node, where);
        }
        StringBuilder all = new StringBuilder();
        for (JsonNode part : node) {
            if (!part.path("type").isString()
                    || !part.path("type").stringValue().equals("text")) {
                throw new IllegalArgumentException(
                        where + ": expected parts of type text, found " + found(part.path("type")));
            }
            all.append(text(part.path("text"), where + ".text"));
        }
        return all.toString();
    }

    private static List<ToolCall> calls(JsonNode array, String where) {
        List<ToolCall> calls = new ArrayList<>();
        if (absent(array)) {
            return List.of();
        }
        if (!array.isArray()) {
            throw new IllegalArgumentException(where + ": expected a list, found " + found(array));
        }
        for (JsonNode call : array) {
            JsonNode function = call.path("function");
            calls.add(new ToolCall(
                    text(call.path("id"), where + ".id"),
                    text(function.path("name"), where + ".function.name"),
                    text(function.path("arguments"), where + ".function.arguments")));
        }
        return List.copyOf(calls);
    }

    private static boolean absent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    private static String text(JsonNode node, String where) {
        if (!node.isString()) {
            throw new IllegalArgumentException(where + ": expected a text, found " + found(node));
        }
        return node.stringValue();
    }

    private static String found(JsonNode node) {
        return node.isMissingNode() ? "nothing" : Visible.line(node.toString());
    }
}
