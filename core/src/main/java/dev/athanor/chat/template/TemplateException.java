package dev.athanor.chat.template;

/**
 * A template that cannot be read or rendered. The message says in one sentence what was expected and what was found;
 * when the template itself refuses a conversation by {@code raise_exception}, the message is the template's own.
 */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int line;

    /** @param line the line of the template, counted from 1; 0 where no line is to blame */
    public TemplateException(String message, int line) {
        super(message);
        this.line = line;
    }

    /** The line of the template, counted from 1; 0 where no line is to blame. */
    public int line() {
        return line;
    }
}
