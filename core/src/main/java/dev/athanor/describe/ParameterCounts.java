package dev.athanor.describe;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.TensorSpec;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.model.TensorTable;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How many numbers a model stores, added up from the tensors its {@link TensorTable} lists; a tied head counts once.
 *
 * @param total all of them
 * @param nonEmbedding without token and position tables and without an untied head
 * @param perLayer in one block
 * @param lookedUp in tables of which a token reads one row and multiplies nothing: positions, and tokens unless the
 *     head is tied to them
 * @param multiplied in matrices that every token is multiplied by, the head's included even if tied
 * @param biases numbers added after a product or a norm
 * @param byPlace every place's share; they add up to {@code total}
 */
public record ParameterCounts(
        long total,
        long nonEmbedding,
        long perLayer,
        long lookedUp,
        long multiplied,
        long biases,
        Map<Place, Long> byPlace) {
    public ParameterCounts {
        byPlace = Collections.unmodifiableMap(new EnumMap<>(byPlace));
    }

    /** Counts of the tensors {@code specs}; throws {@link ArithmeticException} where they do not fit into a long. */
    static ParameterCounts of(ModelConfig config, List<TensorSpec> specs) {
        Map<Place, Long> byPlace = new EnumMap<>(Place.class);
        for (Place place : Place.values()) {
            byPlace.put(place, 0L);
        }
        long total = 0;
        long perLayer = 0;
        long lookedUp = 0;
        long multiplied = 0;
        long biases = 0;
        for (TensorSpec spec : specs) {
            long elements = spec.shape().elements();
            total = Math.addExact(total, elements);
            byPlace.merge(Place.of(spec.role()), elements, Math::addExact);
            perLayer += spec.layer() == 0 ? elements : 0;
            boolean table = spec.role() == Role.POSITION_EMBEDDING
                    || (spec.role() == Role.TOKEN_EMBEDDING && !config.tiedHead());
            lookedUp += table ? elements : 0;
            multiplied += !table && spec.shape().rank() == 2 ? elements : 0;
            biases += spec.role().name().endsWith("_BIAS") ? elements : 0;
        }
        long nonEmbedding = total - byPlace.getOrDefault(Place.EMBEDDING, 0L) - byPlace.getOrDefault(Place.HEAD, 0L);
        return new ParameterCounts(total, nonEmbedding, perLayer, lookedUp, multiplied, biases, byPlace);
    }

    /** Numbers in {@code place}. */
    public long in(Place place) {
        return byPlace.getOrDefault(place, 0L);
    }
}
