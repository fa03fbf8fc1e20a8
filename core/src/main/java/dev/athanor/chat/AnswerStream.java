package dev.athanor.chat;

import java.util.List;

/**
 * Tells apart, while an answer is written, what is said, what is thought and what asks for tools. What may turn out to
 * be a call is held back until it is known; {@link CallStream} tells those who want it how a call goes on.
 */
final class AnswerStream {
    private enum State {
        BEGINNING,
        THINKING,
        SAYING,
        HELD
    }

    private final ChatFormat format;
    private final List<Tool> tools;
    private final ReplyListener listener;
    private final CallStream called;
    private final boolean opened; // the prompt ended with the sign of thinking
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder said = new StringBuilder();
    private final StringBuilder blank = new StringBuilder(); // held back, for it may be the end
    private State state;
    private int given;

    AnswerStream(ChatFormat format, List<Tool> tools, ReplyListener listener, boolean opened) {
        this.format = format;
        this.tools = tools;
        this.listener = listener;
        this.called = new CallStream(tools, listener);
        this.opened = opened;
        this.state = opened ? State.THINKING : State.BEGINNING;
    }

    void feed(String piece) {
        text.append(piece);
        while (advance()) {
            // another part of the answer may have begun
        }
    }

    private boolean advance() {
        return switch (state) {
            case BEGINNING -> begin();
            case THINKING -> think();
            case SAYING -> {
                say();
                yield state == State.HELD;
            }
            case HELD -> release();
        };
    }

    private boolean begin() {
        int from = given;
        while (from < text.length() && Character.isWhitespace(text.charAt(from))) {
            from++;
        }
        String rest = text.substring(from);
        if (rest.isEmpty() || (AnswerReader.THINK.startsWith(rest) && !rest.equals(AnswerReader.THINK))) {
            return false;
        }
        if (rest.startsWith(AnswerReader.THINK) && given == 0 && !opened) {
            given = from + AnswerReader.THINK.length();
            state = State.THINKING;
        } else {
            given = format.trims() || given > 0 ? from : given;
            state = !tools.isEmpty() && (rest.startsWith("{") || rest.startsWith("[") || rest.startsWith("<|"))
                    ? State.HELD
                    : State.SAYING;
        }
        return true;
    }

    private boolean think() {
        int end = text.indexOf(AnswerReader.THOUGHT, given);
        int certain = end >= 0 ? end : text.length() - begun(AnswerReader.THOUGHT);
        if (certain > given) {
            listener.thinking(text.substring(given, certain));
            given = certain;
        }
        if (end < 0) {
            return false;
        }
        given = end + AnswerReader.THOUGHT.length();
        state = State.BEGINNING;
        return true;
    }

    private void say() {
        int end = text.length();
        if (!tools.isEmpty()) {
            int call = text.indexOf(AnswerReader.CALL, given);
            end = call >= 0 ? call : text.length() - begun(AnswerReader.CALL);
            state = call >= 0 ? State.HELD : state;
        }
        if (end > given) {
            emit(text.substring(given, end));
            given = end;
        }
    }

    /** JSON whose first key shows that it is no call is said after all. */
    private boolean release() {
        called.follow(text, given);
        if (text.length() - given > AnswerReader.FIRST_KEY || !AnswerReader.isNoCall(text.substring(given))) {
            return false;
        }
        state = State.SAYING;
        return true;
    }

    /** Passes text on; spaces at its end wait where they may turn out to be the end of all. */
    private void emit(String piece) {
        if (!format.trims()) {
            said.append(piece);
            listener.text(piece);
            return;
        }
        String kept = piece.stripTrailing();
        if (!kept.isEmpty()) {
            String out = blank + kept;
            blank.setLength(0);
            said.append(out);
            listener.text(out);
        }
        blank.append(piece, kept.length(), piece.length());
    }

    /** How many of the last characters may begin {@code sign}. */
    private int begun(String sign) {
        for (int n = Math.min(sign.length() - 1, text.length() - given); n > 0; n--) {
            if (sign.startsWith(text.substring(text.length() - n))) {
                return n;
            }
        }
        return 0;
    }

    /** The whole answer; what was held back is passed on now. */
    Answer end() {
        Answer answer = format.read(opened ? AnswerReader.THINK + text : text.toString(), tools);
        List<ToolCall> calls = called.calls(answer.calls());
        if (calls.isEmpty() && state != State.THINKING && given < text.length()) {
            emit(text.substring(given));
        }
        calls.forEach(listener::call);
        String content = calls.isEmpty() ? said.toString() : said.toString().strip();
        return new Answer(content, answer.thinking(), calls);
    }

    String text() {
        return text.toString();
    }
}
