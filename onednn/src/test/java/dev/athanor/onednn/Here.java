package dev.athanor.onednn;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;

/** Whether the library runs here. */
final class Here {
    private Here() {}

    /** Leaves the test out, with a sentence, where oneDNN does not run. */
    static void assumed() {
        Optional<String> hindrance = new OneDnnProvider().hindrance();
        assumeTrue(hindrance.isEmpty(), () -> "left out: " + hindrance.orElseThrow());
    }

    /** Leaves the test out where oneDNN has no fast code for a kind of numbers. */
    static void assumed(Kind kind) {
        assumed();
        String implementation = Suitable.here(OneDnnProvider.load()).implementation(kind);
        assumeTrue(implementation.startsWith("brg"), () -> "left out: " + kind + " is computed by " + implementation);
    }
}
