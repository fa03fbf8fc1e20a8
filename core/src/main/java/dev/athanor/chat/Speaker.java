package dev.athanor.chat;

import java.util.Locale;

/** Who says a message. */
public enum Speaker {
    /** Rules for the whole conversation. */
    SYSTEM,
    USER,
    ASSISTANT,
    /** What a tool answered. */
    TOOL;

    /** The word templates and requests use: {@code system}, {@code user}, {@code assistant} or {@code tool}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
