package dev.athanor.describe;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The nanochat family, whose whole shape follows from its depth: width 64 a layer, heads of 128, feed-forward four
 * times the width, norms without weights, an untied head, and in every other layer a table of values per token that is
 * gated into attention. Athanor counts such models; it does not run them.
 *
 * @param depth layers, an even number
 */
public record Nanochat(int depth) {
    public static final int VOCABULARY = 32_768;
    private static final int WIDTH_PER_LAYER = 64;
    private static final int HEAD_SIZE = 128;

    /** Numbers of a token's state that a gate reads, one gate per head. */
    private static final int GATE_INPUTS = 12;

    /** Single learned numbers that belong to no layer: 24 of the smear of neighbours and 2 of the back-out. */
    private static final int LOOSE = 26;

    private static final int DEEPEST = 64;
    private static final Pattern NAME = Pattern.compile("nanochat-d(\\d{1,4})");

    public Nanochat {
        if (depth < 2 || depth > DEEPEST || depth % 2 != 0) {
            throw new IllegalArgumentException("nanochat: expected an even depth between 2 and " + DEEPEST
                    + " (heads have 128 numbers, the width is 64 times the depth), found " + depth);
        }
    }

    /** The model that a name like {@code nanochat-d12} means. */
    public static Optional<Nanochat> named(String name) {
        Matcher matcher = NAME.matcher(name.toLowerCase(Locale.ROOT));
        return matcher.matches() ? Optional.of(new Nanochat(Integer.parseInt(matcher.group(1)))) : Optional.empty();
    }

    public String name() {
        return "nanochat-d" + depth;
    }

    public int width() {
        return WIDTH_PER_LAYER * depth;
    }

    public int heads() {
        return width() / HEAD_SIZE;
    }

    public int headSize() {
        return HEAD_SIZE;
    }

    public int feedForward() {
        return 4 * width();
    }

    /** Layers with a table of values: every other one. */
    private int valueLayers() {
        return (depth + 1) / 2;
    }

    /** Parameters by what holds them; they add up to {@link #parameters}. */
    public Map<String, Long> parts() {
        long d = width();
        Map<String, Long> parts = new LinkedHashMap<>();
        parts.put("attention", 4 * depth * d * d);
        parts.put("feed-forward", 8 * depth * d * d);
        parts.put("gates", (long) valueLayers() * GATE_INPUTS * heads());
        parts.put("token embedding", VOCABULARY * d);
        parts.put("value embeddings", valueLayers() * VOCABULARY * d);
        parts.put("head", VOCABULARY * d);
        parts.put("scalars", 2L * depth + LOOSE);
        return parts;
    }

    public long parameters() {
        return parts().values().stream().mapToLong(Long::longValue).sum();
    }
}
