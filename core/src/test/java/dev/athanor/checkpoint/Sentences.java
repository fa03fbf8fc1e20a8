package dev.athanor.checkpoint;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What every message to a person must be. */
public final class Sentences {
    private Sentences() {}

    /** The message is one line, of readable length, and contains every fragment. */
    public static void assertContains(Throwable e, String... fragments) {
        String message = String.valueOf(e.getMessage());
        assertFalse(message.chars().anyMatch(Character::isISOControl), message);
        assertTrue(message.length() < 900, () -> message.length() + " characters: " + message);
        for (String fragment : fragments) {
            assertTrue(message.contains(fragment), () -> "expected \"" + fragment + "\", found: " + message);
        }
    }
}
