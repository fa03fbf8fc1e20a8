package dev.athanor.generate.speculate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.OpenModel;
import dev.athanor.kernel.Compute;
import dev.athanor.model.KvCache;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever guesses, the logits and the cache are those of writing one token after another. */
class SpeculatorTest {
    private static final Path PARITY = Path.of("src", "test", "resources", "parity");
    private static final long SEED = 41;
    private static final int PROMPTS = 20;
    private static final int NEW = 16;

    /** Guesses by a die. */
    private record Hostile(SplittableRandom random, int vocabulary) implements Drafter {
        @Override
        public List<Proposal> draft(int[] text, int count, int most) {
            List<Proposal> guesses = new ArrayList<>();
            for (int i = random.nextInt(most + 1); i > 0; i--) {
                guesses.add(Proposal.certain(random.nextInt(vocabulary)));
            }
            return guesses;
        }

        @Override
        public double cost() {
            return 0;
        }
    }

    private static int likeliest(Tensor logits) {
        return Proposer.likeliest(logits.size()).propose(logits, new int[0], 0).token();
    }

    /** Writes with and without guesses, and compares every token's logits and what is in the cache at the end. */
    private static SpeculationStats compare(String what, Transformer model, Drafter drafter, int[] prompt, int more) {
        KvCache plain = model.newCache(prompt.length + more);
        KvCache guessed = model.newCache(prompt.length + more);
        Speculator speculator = new Speculator(model, drafter, 1 + prompt.length % 7);
        int[] text = Arrays.copyOf(prompt, prompt.length + more);
        float[] expected = model.nextLogits(prompt, plain).toArray();
        Tensor logits = model.nextLogits(prompt, guessed);
        for (int count = prompt.length; count < text.length; count++) {
            assertArrayEquals(expected, logits.toArray(), 0f, what + ", token " + count + ", seed " + SEED);
            text[count] = likeliest(logits);
            if (count + 1 < text.length) {
                expected = model.nextLogits(new int[] {text[count]}, plain).toArray();
                logits = speculator.next(text, count + 1, guessed, text.length - count - 1);
            }
        }
        speculator.settle(guessed);
        assertEquals(plain.length(), guessed.length(), what + ": tokens in the cache at the end");
        int[] last = {text[text.length - 1]};
        assertArrayEquals(
                model.nextLogits(last, plain).toArray(),
                model.nextLogits(last, guessed).toArray(),
                0f,
                what + ": logits after the end, seed " + SEED);
        SpeculationStats stats = speculator.stats();
        assertEquals(more - 1, stats.tokens(), what + ": tokens that were asked for");
        assertEquals(more - 1, stats.passes() + stats.accepted(), what + ": a pass or a right guess for each");
        return stats;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2",
                "gpt-neox-parallel",
                "gpt-neox-sequential",
                "llama-gqa",
                "llama-tied",
                "mistral-window",
                "qwen2",
                "qwen3"
            })
    void greedyTextsAreTheSameToTheBitWhoeverGuesses(String family) {
        SplittableRandom random = new SplittableRandom(SEED);
        try (OpenModel open = Checkpoint.open(PARITY.resolve(family));
                OpenModel other = Checkpoint.open(PARITY.resolve(family.equals("qwen3") ? "gpt2" : "qwen3"));
                Compute compute = Compute.create(2)) {
            Transformer model = new Transformer(open.parameters(), compute);
            Transformer stranger = model.with(other.parameters());
            int v = model.config().vocabularySize();
            long right = 0;
            long drafted = 0;
            for (int i = 0; i < PROMPTS; i++) {
                int[] prompt = random.ints(1 + i, 0, v).toArray();
                String what = family + ", prompt " + i;
                compare(what + ", look-up", model, new LookupDrafter(), prompt, NEW);
                compare(what + ", hostile", model, new Hostile(random, v), prompt, NEW);
                compare(what + ", stranger", model, new ModelDrafter(stranger, Proposer.likeliest(v), 0), prompt, NEW);
                Drafter itself = new ModelDrafter(model.with(open.parameters()), Proposer.likeliest(v), 0);
                SpeculationStats stats = compare(what + ", itself", model, itself, prompt, NEW);
                right += stats.accepted();
                drafted += stats.drafted();
            }
            // It reads two tokens where the model checks each alone: sums in another order may decide a tie otherwise.
            assertTrue(right >= 0.98 * drafted && drafted > PROMPTS * NEW / 2, right + " right of " + drafted);
        }
    }

    @Test
    void textsFarBeyondASlidingWindowAreTheSame() {
        try (Compute compute = Compute.create(1)) {
            Transformer model = new Transformer(TinyModels.random(40, 1200, OptionalInt.of(30), 0.5, SEED), compute);
            int[] prompt = new SplittableRandom(SEED).ints(20, 0, 40).toArray();
            compare("window, look-up", model, new LookupDrafter(), prompt, 1100);
            compare("window, hostile", model, new Hostile(new SplittableRandom(SEED), 40), prompt, 1100);
            Transformer same = model.with(TinyModels.random(40, 900, OptionalInt.of(30), 0.5, SEED));
            SpeculationStats stats =
                    compare("window, itself", model, new ModelDrafter(same, Proposer.likeliest(40), 0), prompt, 1100);
            assertTrue(stats.tokensPerPass() > 1.5, "tokens a pass: " + stats.tokensPerPass());
            for (int context : new int[] {1, 2, 16}) { // shorter than the text: it guesses from the latest tokens
                Transformer brief = model.with(TinyModels.random(40, context, OptionalInt.empty(), 0.5, SEED));
                SpeculationStats few =
                        compare("brief", model, new ModelDrafter(brief, Proposer.likeliest(40), 0), prompt, 300);
                assertTrue(few.drafted() > 0, "guesses with a context of " + context + ": " + few);
            }
        }
    }

    @Test
    void lookingUpFindsTheLongestAgreementAndGoesOnBehindTheEnd() {
        int[] text = {1, 2, 3, 9, 7, 2, 3, 8, 1, 2, 3, 0, 0};
        assertEquals(List.of(9, 7), tokens(new LookupDrafter().draft(text, 11, 2)), "after 1 2 3 came 9 7");
        int[] turning = {5, 6, 5, 6, 5};
        assertEquals(List.of(6, 5, 6, 5, 6), tokens(new LookupDrafter().draft(turning, 5, 5)), "period of two");
        assertEquals(List.of(), new LookupDrafter().draft(new int[] {1, 2, 3, 2}, 4, 5), "one token is no agreement");
        assertEquals(List.of(), new LookupDrafter().draft(new int[] {4}, 1, 5), "nothing before");
    }

    private static List<Integer> tokens(List<Proposal> guesses) {
        return guesses.stream().map(Proposal::token).toList();
    }

    @Test
    void guessingPausesWhereGuessesAreWrongAndGrowsWhereTheyAreRight() {
        RowCost shared = new RowCost(0.15, 4);
        DraftLength length = new DraftLength(shared, 0);
        int asked = 0;
        for (int i = 0; i < 1000; i++) {
            int n = length.next(16);
            asked += n;
            length.learn(0, n > 0);
        }
        assertTrue(asked < 50, "guesses asked for in 1000 passes that refused all: " + asked);
        DraftLength good = new DraftLength(shared, 0.1);
        for (int i = 0; i < 50; i++) {
            good.learn(good.next(16), false);
        }
        int most = good.next(16);
        assertTrue(most >= 11, "guesses wanted after only right ones: " + most);
        assertEquals(0, new DraftLength(shared, 5).next(0), "no room");
    }

    @Test
    void rowsThatShareAWeightCostLessThanRowsThatUnpackIt() {
        assertEquals(1, new RowCost(0.15, 4).pass(0));
        assertEquals(1.45, new RowCost(0.15, 4).pass(1), 1e-12, "two rows as four");
        assertEquals(1.45, new RowCost(0.15, 4).pass(3), 1e-12);
        assertEquals(2.05, new RowCost(0.15, 4).pass(4), 1e-12, "five rows as eight");
        assertEquals(2.5, new RowCost(0.5, 1).pass(3), 1e-12);
    }
}
