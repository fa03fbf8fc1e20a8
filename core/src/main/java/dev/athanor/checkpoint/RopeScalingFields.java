package dev.athanor.checkpoint;

import dev.athanor.model.RopeScaling;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Scaled rotation in config.json: {@code rope_scaling}, or {@code rope_parameters} of newer files, with a
 * {@code rope_type} (older: {@code type}) and the numbers of that rule, as transformers' modeling_rope_utils reads
 * them.
 */
final class RopeScalingFields {
    private static final Set<String> ALWAYS = Set.of("rope_type", "type", "rope_theta", "partial_rotary_factor");

    private RopeScalingFields() {}

    /** The scaling of a model whose {@code max_position_embeddings} is {@code context}. */
    static RopeScaling read(ConfigFields fields, int context) {
        RopeScaling older = read(fields, "rope_scaling", context);
        RopeScaling newer = read(fields, "rope_parameters", context);
        if (older instanceof RopeScaling.None || older.equals(newer)) {
            return newer;
        }
        if (fields.given("rope_parameters")) {
            throw fields.fail("rope_scaling and rope_parameters to agree", fields.node("rope_scaling"));
        }
        return older;
    }

    private static RopeScaling read(ConfigFields fields, String name, int context) {
        if (!fields.given(name)) {
            return new RopeScaling.None();
        }
        JsonNode node = fields.node(name);
        if (!node.isObject()) {
            throw fields.fail(name + " to be an object or null", node);
        }
        ConfigFields inner = new ConfigFields(node, fields.where() + ": " + name);
        String type = type(inner);
        try {
            return switch (type) {
                case "default" -> {
                    requireOnly(inner, node, List.of());
                    yield new RopeScaling.None();
                }
                case "linear" -> {
                    requireOnly(inner, node, List.of("factor"));
                    yield new RopeScaling.Linear(needed(inner, "factor"));
                }
                case "llama3" -> llama3(inner, node);
                case "yarn" -> yarn(inner, node, context);
                default -> throw inner.fail("rope_type to be default, linear, llama3 or yarn", type);
            };
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(inner.where() + ": " + e.getMessage(), e);
        }
    }

    private static String type(ConfigFields inner) {
        String newer = inner.text("rope_type", "");
        String older = inner.text("type", "");
        if (!newer.isEmpty() && !older.isEmpty() && !newer.equals(older)) {
            throw inner.fail("type to agree with rope_type=" + newer, older);
        }
        String type = newer.isEmpty() ? older : newer;
        return type.isEmpty() ? "default" : type;
    }

    private static RopeScaling llama3(ConfigFields inner, JsonNode node) {
        requireOnly(
                inner,
                node,
                List.of("factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"));
        needed(inner, "original_max_position_embeddings");
        return new RopeScaling.Llama3(
                needed(inner, "factor"),
                needed(inner, "low_freq_factor"),
                needed(inner, "high_freq_factor"),
                inner.whole("original_max_position_embeddings", 1, Integer.MAX_VALUE));
    }

    private static RopeScaling yarn(ConfigFields inner, JsonNode node, int context) {
        requireOnly(
                inner,
                node,
                List.of(
                        "factor",
                        "original_max_position_embeddings",
                        "beta_fast",
                        "beta_slow",
                        "attention_factor",
                        "truncate"));
        inner.requireFlag("truncate", true, true);
        double factor = needed(inner, "factor");
        return new RopeScaling.Yarn(
                factor,
                inner.whole("original_max_position_embeddings", context, Integer.MAX_VALUE),
                inner.positive("beta_fast", 32),
                inner.positive("beta_slow", 1),
                inner.positive("attention_factor", RopeScaling.Yarn.usualAttentionFactor(factor)));
    }

    private static double needed(ConfigFields inner, String name) {
        if (!inner.given(name)) {
            throw inner.fail(name + " beside this rope_type", "nothing");
        }
        return inner.positive(name, 1);
    }

    private static void requireOnly(ConfigFields inner, JsonNode node, List<String> names) {
        for (String name : node.propertyNames()) {
            if (!ALWAYS.contains(name) && !names.contains(name)) {
                throw inner.fail(
                        "only rope_type, rope_theta, partial_rotary_factor"
                                + (names.isEmpty() ? "" : ", " + String.join(", ", names)),
                        name);
            }
        }
    }

    /** The object {@code rope_scaling} of {@code scaling} in {@code n}; none where nothing is scaled. */
    static void write(RopeScaling scaling, ObjectNode n) {
        switch (scaling) {
            case RopeScaling.None none -> {}
            case RopeScaling.Linear s ->
                n.putObject("rope_scaling").put("rope_type", "linear").put("factor", s.factor());
            case RopeScaling.Llama3 s ->
                n.putObject("rope_scaling")
                        .put("rope_type", "llama3")
                        .put("factor", s.factor())
                        .put("low_freq_factor", s.lowFrequencyFactor())
                        .put("high_freq_factor", s.highFrequencyFactor())
                        .put("original_max_position_embeddings", s.originalContext());
            case RopeScaling.Yarn s ->
                n.putObject("rope_scaling")
                        .put("rope_type", "yarn")
                        .put("factor", s.factor())
                        .put("original_max_position_embeddings", s.originalContext())
                        .put("beta_fast", s.betaFast())
                        .put("beta_slow", s.betaSlow())
                        .put("attention_factor", s.attentionFactor());
        }
    }
}
