package dev.athanor.checkpoint;

import dev.athanor.model.ModelConfig.Positions;
import dev.athanor.model.RopeScaling;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * The rotation of config.json, in its older form (base and share as fields of their own, {@code rope_scaling}) and its
 * newer one ({@code rope_parameters} with {@code rope_theta}, {@code partial_rotary_factor} and {@code rope_type}).
 */
record RopeFields(ConfigFields fields, String shareName, double theta, double share, RopeScaling scaling) {
    /**
     * Reads the rotation.
     *
     * @param thetaName older name of the base
     * @param shareName older name of the share of a head that is rotated
     * @param context max_position_embeddings, which YaRN stretches where it names no other
     */
    static RopeFields read(ConfigFields fields, String thetaName, String shareName, double defaultShare, int context) {
        RopeScaling scaling = RopeScalingFields.read(fields, context);
        double theta = either(fields, List.of(thetaName, "rope_theta"), "rope_theta", 10000);
        double share =
                either(fields, List.of(shareName, "partial_rotary_factor"), "partial_rotary_factor", defaultShare);
        if (share > 1) {
            throw fields.fail(shareName + " to be at most 1", String.valueOf(share));
        }
        return new RopeFields(fields, shareName, theta, share, scaling);
    }

    /** The rotation of heads of {@code headSize} numbers. */
    Positions.Rotary rotary(int headSize) {
        int dimensions = (int) (headSize * share);
        if (dimensions < 2 || dimensions % 2 != 0) {
            throw fields.fail(
                    "an even number of rotated dimensions per head (head size " + headSize + " times " + shareName + "="
                            + share + ")",
                    String.valueOf(dimensions));
        }
        return new Positions.Rotary(theta, dimensions, scaling);
    }

    /** A number that may stand under several names; where it does, they must agree. */
    private static double either(ConfigFields fields, List<String> names, String nested, double otherwise) {
        double value = otherwise;
        String from = "";
        JsonNode parameters = fields.node("rope_parameters");
        if (parameters.hasNonNull(nested)) {
            value = new ConfigFields(parameters, fields.where() + ": rope_parameters").positive(nested, otherwise);
            from = "rope_parameters." + nested;
        }
        for (String name : names) {
            if (fields.given(name)) {
                double other = fields.positive(name, otherwise);
                if (!from.isEmpty() && other != value) {
                    throw fields.fail(name + " to agree with " + from + "=" + value, String.valueOf(other));
                }
                value = other;
                from = name;
            }
        }
        return value;
    }
}
