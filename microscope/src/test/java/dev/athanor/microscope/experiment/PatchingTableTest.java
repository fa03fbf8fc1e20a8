package dev.athanor.microscope.experiment;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.LanguageModel;
import dev.athanor.microscope.Edit;
import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.model.hook.HookValue;
import dev.athanor.model.hook.Switches;
import dev.athanor.tensor.Tensor;
import dev.athanor.train.TrainingRun;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What must bring a decision back when induction heads are patched, and what cannot: the predictions of
 * TransformerLens' activation-patching demo, on a model trained here. The clean text is a random half A and A again;
 * corrupt texts put other halves in its place.
 */
class PatchingTableTest {
    private static final long SEED = 1;

    /** Symbols of a half; three halves of different symbols fit into the vocabulary of 64. */
    private static final int HALF = 14;

    private static final int TEXTS = 12;

    /** The layer that looks up what followed. */
    private static final int LOOKING_UP = 1;

    private static final List<HookPoint> PLACES =
            List.of(HookPoint.Z, HookPoint.Q, HookPoint.K, HookPoint.V, HookPoint.PATTERN);

    /** Which places bring the decision back, by corrupt text. */
    private static final Map<String, Set<HookPoint>> TABLE = new TreeMap<>(Map.of(
            "AB", Set.of(HookPoint.Z, HookPoint.Q, HookPoint.PATTERN), // the right potions, another recipe
            "BA", Set.of(HookPoint.Z), // other tags and other potions
            "BB", Set.of(HookPoint.Z, HookPoint.V), // the right place, other potions
            "BC", Set.of(HookPoint.Z))); // nothing is right

    @TempDir
    private Path room = Path.of("");

    @Test
    void patchingInductionHeadsBringsBackWhatItMustAndNothingElse() {
        Path directory = room.resolve("induction");
        try (TrainingRun run = TrainingRun.begin(
                directory,
                new TrainingRun.Options(List.of("repeats:shortest=8"), "induction-rotary", 800, 0, 0, SEED, 0),
                2)) {
            run.run(() -> false, p -> {});
        }
        try (LanguageModel model = LanguageModel.open(directory, 2)) {
            Microscope microscope = new Microscope(model.transformer());
            TABLE.forEach((corrupt, restoring) -> row(microscope, corrupt, restoring));
        }
    }

    private static void row(Microscope microscope, String corrupt, Set<HookPoint> restoring) {
        double[] back = new double[PLACES.size()];
        SplittableRandom random = new SplittableRandom(SEED);
        for (int text = 0; text < TEXTS; text++) {
            int[] symbols = shuffled(random, microscope.model().config().vocabularySize());
            Thought clean = new Thought(microscope, tokens(symbols, "AA"), List.of());
            Thought other = new Thought(microscope, tokens(symbols, corrupt), List.of());
            int last = clean.length() - 1;
            Choice choice = new Choice(last, symbols[HALF - 1], Choice.NOTHING);
            double from = lead(other, choice);
            double to = lead(clean, choice);
            for (int i = 0; i < back.length; i++) {
                Hook hook = new Hook(PLACES.get(i), LOOKING_UP);
                Tensor source = clean.recording(hook).at(hook);
                Thought patched = other.with(List.of(new Edit(hook, value -> copy(value, source))), Switches.ON);
                back[i] += (lead(patched, choice) - from) / (to - from) / TEXTS;
            }
        }
        for (int i = 0; i < back.length; i++) {
            System.out.printf(
                    Locale.ROOT, "seed %d: AA into %s at %s: %.2f of the way%n", SEED, corrupt, PLACES.get(i), back[i]);
        }
        for (int i = 0; i < back.length; i++) {
            boolean expected = restoring.contains(PLACES.get(i));
            assertTrue(
                    expected ? back[i] > 0.6 : back[i] < 0.3,
                    corrupt + " " + PLACES.get(i) + ": expected " + (expected ? "most" : "little")
                            + " of the way back, found " + back[i]);
        }
    }

    /** How far the right symbol is above the mean of all. */
    private static double lead(Thought thought, Choice choice) {
        float[] logits = thought.logits(choice.position());
        return choice.logit(logits)
                - IntStream.range(0, logits.length)
                        .mapToDouble(i -> logits[i])
                        .average()
                        .orElseThrow();
    }

    private static int[] shuffled(SplittableRandom random, int count) {
        int[] symbols = IntStream.range(0, count).toArray();
        for (int i = count - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int held = symbols[i];
            symbols[i] = symbols[j];
            symbols[j] = held;
        }
        return symbols;
    }

    /** Two halves without the last symbol, which is the one to be said. */
    private static int[] tokens(int[] symbols, String halves) {
        int[] both = new int[2 * HALF];
        for (int half = 0; half < 2; half++) {
            System.arraycopy(symbols, HALF * (halves.charAt(half) - 'A'), both, half * HALF, HALF);
        }
        return Arrays.copyOf(both, 2 * HALF - 1);
    }

    private static void copy(HookValue value, Tensor source) {
        int[] dims = source.shape().toArray();
        int[] index = new int[dims.length];
        for (int at = 0; at < source.size(); at++) {
            int rest = at;
            for (int d = dims.length - 1; d >= 0; d--) {
                index[d] = rest % dims[d];
                rest /= dims[d];
            }
            value.set(source.data()[source.offset() + at], index);
        }
    }
}
