package dev.athanor.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Follows tool calls while they are written and tells their arguments piece by piece: calls of known tools whose name
 * comes first and whose arguments are an object, between {@code <tool_call>} tags or bare. What has any other form is
 * left for {@link AnswerReader} to find when the answer is complete.
 */
final class CallStream {
    /** A JSON text, with escapes, of a bounded length: the matcher's depth grows with it. */
    private static final String TEXT = "(\"(?:[^\"\\\\]|\\\\.){0,400}\")";

    private static final Pattern HEAD =
            Pattern.compile("\\s*\\{\\s*" + TEXT + "\\s*:\\s*" + TEXT + "\\s*,\\s*" + TEXT + "\\s*:\\s*\\{");

    private static final Pattern NEXT = Pattern.compile(
            "\\s*\\}\\s*" + Pattern.quote(AnswerReader.CALLED) + "\\s*" + Pattern.quote(AnswerReader.CALL));

    private enum Place {
        NOWHERE,
        HEAD,
        ARGUMENTS,
        TAIL
    }

    private final List<Tool> tools;
    private final ReplyListener listener;
    private final List<ToolCall> begun = new ArrayList<>(); // with no arguments yet
    private final List<StringBuilder> arguments = new ArrayList<>();
    private Place place = Place.NOWHERE;
    private boolean over; // once a call is not followed, none behind it is
    private int at;
    private int depth;
    private boolean quoted;
    private boolean escaped;

    CallStream(List<Tool> tools, ReplyListener listener) {
        this.tools = tools;
        this.listener = listener;
        this.over = !listener.hearsArguments();
    }

    /** More of {@code text}, of which what begins at {@code from} may be a call. */
    void follow(StringBuilder text, int from) {
        if (place == Place.NOWHERE && !over) {
            boolean tagged = text.indexOf(AnswerReader.CALL, from) == from;
            at = tagged ? from + AnswerReader.CALL.length() : from;
            place = Place.HEAD;
        }
        while (!over && advance(text)) {
            // the next part of a call may have begun
        }
    }

    private boolean advance(StringBuilder text) {
        return switch (place) {
            case NOWHERE -> false;
            case HEAD -> head(text);
            case ARGUMENTS -> arguments(text);
            case TAIL -> tail(text);
        };
    }

    private boolean head(StringBuilder text) {
        Matcher head = HEAD.matcher(text).region(at, text.length());
        if (!head.lookingAt()) {
            over = !head.hitEnd();
            return false;
        }
        String name = AnswerReader.text(head.group(2));
        String second = AnswerReader.text(head.group(3));
        if (!AnswerReader.text(head.group(1)).equals("name")
                || tools.stream().noneMatch(tool -> tool.name().equals(name))
                || !(second.equals("arguments") || second.equals("parameters"))) {
            over = true;
            return false;
        }
        at = head.end() - 1; // the arguments' brace
        depth = 0;
        place = Place.ARGUMENTS;
        begun.add(new ToolCall("call_" + begun.size(), name, ""));
        arguments.add(new StringBuilder());
        listener.calling(begun.getLast());
        return true;
    }

    private boolean arguments(StringBuilder text) {
        int from = at;
        boolean closed = false;
        while (at < text.length() && !closed) {
            closed = closes(text.charAt(at++));
        }
        if (at > from) {
            String piece = text.substring(from, at);
            arguments.getLast().append(piece);
            listener.arguments(piece);
        }
        place = closed ? Place.TAIL : place;
        return closed;
    }

    /** Whether {@code c} is the brace that closes the arguments. */
    private boolean closes(char c) {
        if (quoted) {
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
            return false;
        }
        quoted = c == '"';
        depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
        return depth == 0;
    }

    private boolean tail(StringBuilder text) {
        Matcher next = NEXT.matcher(text).region(at, text.length());
        if (!next.lookingAt()) {
            over = !next.hitEnd();
            return false;
        }
        at = next.end();
        place = Place.HEAD;
        return true;
    }

    /**
     * The calls of an answer, as they were told.
     *
     * @param found in the complete answer; fewer than were told where the last one broke off
     */
    List<ToolCall> calls(List<ToolCall> found) {
        List<ToolCall> calls = new ArrayList<>();
        for (int i = 0; i < begun.size(); i++) {
            ToolCall call = begun.get(i);
            calls.add(new ToolCall(call.id(), call.name(), arguments.get(i).toString()));
        }
        if (found.size() > calls.size()) {
            calls.addAll(found.subList(calls.size(), found.size()));
        }
        return calls;
    }
}
