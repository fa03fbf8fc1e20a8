package dev.athanor.describe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Counts that nanochat itself prints for its models. */
class NanochatTest {
    @ParameterizedTest
    @CsvSource({
        // depth, width, heads, matrices, token embedding, value embeddings, head, total
        "6,  384,  3,  10616940,  12582912, 37748736,  12582912, 73531538",
        "12, 768,  6,  84935088,  25165824, 150994944, 25165824, 286261730",
        "24, 1536, 12, 679478976, 50331648, 603979776, 50331648, 1384122122",
    })
    void everyCountIsThePublishedOne(
            int depth, int width, int heads, long matrices, long embedding, long values, long head, long total) {
        Nanochat model = Nanochat.named("nanochat-d" + depth).orElseThrow();
        var parts = model.parts();
        assertEquals(width, model.width());
        assertEquals(heads, model.heads());
        assertEquals(matrices, sum(parts, "attention", "feed-forward", "gates"));
        assertEquals(embedding, sum(parts, "token embedding"));
        assertEquals(values, sum(parts, "value embeddings"));
        assertEquals(head, sum(parts, "head"));
        assertEquals(total, model.parameters());
    }

    private static long sum(Map<String, Long> parts, String... names) {
        return Stream.of(names).mapToLong(name -> parts.getOrDefault(name, 0L)).sum();
    }

    @Test
    void aDepthThatGivesNoWholeHeadsIsRefused() {
        String sentence =
                String.valueOf(assertThrows(IllegalArgumentException.class, () -> Nanochat.named("nanochat-d7"))
                        .getMessage());
        assertTrue(sentence.contains("expected an even depth") && sentence.endsWith("found 7"), sentence);
        assertTrue(Nanochat.named("nanochat").isEmpty());
    }
}
