package dev.athanor.generate.sample;

import java.util.Arrays;
import java.util.List;

/** The steps that an order can hold, under the names that llama.cpp gives them in requests. */
enum SamplerName {
    PENALTIES("penalties"),
    DRY("dry"),
    TOP_N_SIGMA("top_n_sigma"),
    TOP_K("top_k"),
    TYPICAL("typ_p"),
    TOP_P("top_p"),
    MIN_P("min_p"),
    XTC("xtc"),
    TEMPERATURE("temperature"),
    ADAPTIVE_P("adaptive_p");

    private final String text;

    SamplerName(String text) {
        this.text = text;
    }

    /** @throws IllegalArgumentException where no step has this name */
    static SamplerName of(String text) {
        for (SamplerName name : values()) {
            if (name.text.equals(text)) {
                return name;
            }
        }
        throw new IllegalArgumentException(
                "samplers: expected names out of " + String.join(", ", known()) + ", found \"" + text + "\"");
    }

    static List<String> known() {
        return Arrays.stream(values()).map(n -> n.text).toList();
    }

    /** Every step that llama.cpp runs unless a request says otherwise: all but adaptive_p. */
    static List<String> usual() {
        return known().subList(0, ADAPTIVE_P.ordinal());
    }
}
