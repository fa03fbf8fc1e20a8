package dev.athanor.chat;

/**
 * A function that an assistant may ask to be called.
 *
 * @param name letters, digits, {@code _} and {@code -}, at most 64
 * @param description what it does, for the model
 * @param parameters JSON schema of its arguments, as text
 */
public record Tool(String name, String description, String parameters) {
    private static final int MOST_NAME = 64;

    public Tool {
        boolean fits = !name.isEmpty()
                && name.length() <= MOST_NAME
                && name.chars()
                        .allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '.'));
        if (!fits) {
            throw new IllegalArgumentException(
                    "tool: expected a name of 1 to " + MOST_NAME + " letters, digits, _, - and ., found another");
        }
    }
}
