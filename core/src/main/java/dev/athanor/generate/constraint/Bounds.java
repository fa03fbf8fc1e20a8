package dev.athanor.generate.constraint;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Optional;

/**
 * Bounds of a number.
 *
 * @param low least, or empty
 * @param above whether {@code low} itself is left out
 * @param high greatest, or empty
 * @param below whether {@code high} itself is left out
 */
record Bounds(Optional<BigDecimal> low, boolean above, Optional<BigDecimal> high, boolean below) {
    static final Bounds NONE = new Bounds(Optional.empty(), false, Optional.empty(), false);

    static Bounds of(Facts facts) {
        Bounds bounds = NONE;
        for (Place place : facts.places()) {
            if (place.has("minimum")) {
                bounds = bounds.from(place.get("minimum").decimalValue(), false);
            }
            if (place.has("exclusiveMinimum")) {
                bounds = bounds.from(place.get("exclusiveMinimum").decimalValue(), true);
            }
            if (place.has("maximum")) {
                bounds = bounds.to(place.get("maximum").decimalValue(), false);
            }
            if (place.has("exclusiveMaximum")) {
                bounds = bounds.to(place.get("exclusiveMaximum").decimalValue(), true);
            }
        }
        return bounds;
    }

    private Bounds from(BigDecimal bound, boolean strict) {
        int order = low.map(bound::compareTo).orElse(1);
        return order < 0 ? this : new Bounds(Optional.of(bound), strict || order == 0 && above, high, below);
    }

    private Bounds to(BigDecimal bound, boolean strict) {
        int order = high.map(bound::compareTo).orElse(-1);
        return order > 0 ? this : new Bounds(low, above, Optional.of(bound), strict || order == 0 && below);
    }

    boolean contains(BigDecimal value) {
        int toLow = low.map(value::compareTo).orElse(1);
        int toHigh = high.map(value::compareTo).orElse(-1);
        return (above ? toLow > 0 : toLow >= 0) && (below ? toHigh < 0 : toHigh <= 0);
    }

    /** Whether no number lies between both pairs of bounds. */
    boolean isApartFrom(Bounds other) {
        return endsBefore(other) || other.endsBefore(this);
    }

    private boolean endsBefore(Bounds other) {
        if (high.isEmpty() || other.low.isEmpty()) {
            return false;
        }
        int order = high.get().compareTo(other.low.get());
        return order < 0 || order == 0 && (below || other.above);
    }

    /** The same for whole numbers: both bounds are whole and belong. */
    Bounds whole() {
        return new Bounds(
                low.map(bound -> {
                    BigInteger up = bound.setScale(0, RoundingMode.CEILING).toBigIntegerExact();
                    boolean next = above && bound.compareTo(new BigDecimal(up)) == 0;
                    return new BigDecimal(next ? up.add(BigInteger.ONE) : up);
                }),
                false,
                high.map(bound -> {
                    BigInteger down = bound.setScale(0, RoundingMode.FLOOR).toBigIntegerExact();
                    boolean next = below && bound.compareTo(new BigDecimal(down)) == 0;
                    return new BigDecimal(next ? down.subtract(BigInteger.ONE) : down);
                }),
                false);
    }
}
