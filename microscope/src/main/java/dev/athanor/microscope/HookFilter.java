package dev.athanor.microscope;

import dev.athanor.model.hook.Hook;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** Hooks by their names. */
public final class HookFilter {
    private HookFilter() {}

    /**
     * Hooks whose name matches one of {@code patterns}, where {@code *} stands for anything:
     * {@code blocks.*.attn.hook_z}.
     */
    public static Predicate<Hook> names(String... patterns) {
        List<String> all = Arrays.asList(patterns.clone());
        return hook -> all.stream().anyMatch(pattern -> matches(pattern, hook.name()));
    }

    /** Looks at each part between stars once, from left to right: no pattern makes it slow. */
    static boolean matches(String pattern, String name) {
        String[] parts = pattern.split("\\*", -1);
        if (parts.length == 1) {
            return pattern.equals(name);
        }
        String last = parts[parts.length - 1];
        if (!name.startsWith(parts[0]) || !name.endsWith(last)) {
            return false;
        }
        int at = parts[0].length();
        for (int i = 1; i + 1 < parts.length; i++) {
            int found = name.indexOf(parts[i], at);
            if (found < 0) {
                return false;
            }
            at = found + parts[i].length();
        }
        return at + last.length() <= name.length();
    }
}
