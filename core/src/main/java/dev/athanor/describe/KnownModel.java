package dev.athanor.describe;

import dev.athanor.model.ModelConfig;
import java.util.List;

/**
 * A model Athanor knows the shape of.
 *
 * @param name what {@code athanor describe} calls it
 * @param ids other names, among them those of its checkpoints on the Hugging Face hub ({@code owner/name})
 */
public record KnownModel(String name, ModelConfig config, List<String> ids) {
    public KnownModel {
        ids = List.copyOf(ids);
    }

    /** Whether {@code wanted} means this model: its name, an id, or an id without its owner, in any case. */
    boolean isCalled(String wanted) {
        return name.equalsIgnoreCase(wanted)
                || ids.stream()
                        .anyMatch(id -> id.equalsIgnoreCase(wanted)
                                || id.substring(id.indexOf('/') + 1).equalsIgnoreCase(wanted));
    }
}
