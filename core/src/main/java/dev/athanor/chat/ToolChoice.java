package dev.athanor.chat;

/**
 * Whether an answer asks for tools.
 *
 * @param name of the one tool that must be asked for; empty where the mode alone decides
 */
public record ToolChoice(Mode mode, String name) {
    /** What the answer may do. */
    public enum Mode {
        /** Tools are not shown to the model. */
        NONE,
        /** As the model wants. */
        AUTO,
        /** At least one tool must be asked for. */
        REQUIRED
    }

    public static final ToolChoice NONE = new ToolChoice(Mode.NONE, "");
    public static final ToolChoice AUTO = new ToolChoice(Mode.AUTO, "");
    public static final ToolChoice REQUIRED = new ToolChoice(Mode.REQUIRED, "");
}
