package dev.athanor.corpus.tales;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A small world with a known truth: short stories drawn from a seed, in which some words mean two things (to lie, king,
 * ring, bank, light, bat, still) and some places have a known distribution over the next word with known evidence.
 * Story i of a seed is a pure function of both.
 */
public final class Tales {
    private static final Lexicon LEXICON = new Lexicon();
    private static final int WEIGHTS =
            LEXICON.scenes().stream().mapToInt(SceneFile::weight).sum();

    /** Share of stories that try to begin with the slot itself, so that a bare sentence is nothing unusual. */
    private static final double BARE_SHARE = 0.55;

    /** Share of stories in which something happens to the friend as well. */
    private static final double SECOND_SHARE = 0.8;

    /** A story shorter than this is given more sentences. */
    private static final int LEAST_WORDS = 66;

    private Tales() {}

    /** Story {@code index} of {@code seed}. */
    public static Story story(long seed, int index) {
        SplittableRandom random = new SplittableRandom(mix(mix(seed) + index));
        Teller teller = new Teller(LEXICON, random);
        SceneFile first = scene(random);
        boolean bare = !first.bare().isEmpty() && random.nextDouble() < BARE_SHARE;
        if (bare) {
            teller.begin(first);
            teller.tell(first.bare());
            if (random.nextDouble() < 0.7) {
                teller.tell(first.cause());
            }
            after(teller, first, random);
            teller.end();
            everyday(teller, random, 1, 3);
        } else {
            teller.tell(LEXICON.everyday("open"));
            everyday(teller, random, 0, 2);
            episode(teller, first, random);
            everyday(teller, random, 0, 1);
        }
        if (random.nextDouble() < SECOND_SHARE) {
            SceneFile second = scene(random);
            teller.world().swap();
            teller.tell(LEXICON.everyday("turn"));
            episode(teller, second, random);
        }
        while (teller.words() < LEAST_WORDS) {
            everyday(teller, random, 1, 1);
        }
        teller.tell(LEXICON.everyday("end"));
        return teller.story(seed, index);
    }

    /**
     * Spreads neighbouring numbers over all 64 bits (Stafford's thirteenth variant of the MurmurHash3 finalizer). A
     * multiple of a constant would not do: SplittableRandom steps by such a constant itself, and stories of
     * neighbouring seeds would share their draws.
     */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Stories 0 to {@code count - 1} of {@code seed}, made as they are asked for. */
    public static Stream<Story> stream(long seed, int count) {
        return IntStream.range(0, count).mapToObj(i -> story(seed, i));
    }

    /** The texts of {@link #stream}, one paragraph each without line breaks. */
    public static List<String> corpus(long seed, int count) {
        return stream(seed, count).map(Story::text).toList();
    }

    private static void episode(Teller teller, SceneFile scene, SplittableRandom random) {
        teller.begin(scene);
        teller.cause();
        everyday(teller, random, 0, 1);
        int bare = scene.bare().size();
        boolean needsCause = random.nextInt(bare + scene.act().size()) >= bare;
        teller.tell(needsCause ? scene.act() : scene.bare());
        after(teller, scene, random);
        teller.end();
    }

    private static void after(Teller teller, SceneFile scene, SplittableRandom random) {
        if (!scene.after().isEmpty() && random.nextDouble() < 0.6) {
            teller.tell(scene.after());
        }
    }

    private static void everyday(Teller teller, SplittableRandom random, int least, int most) {
        int count = random.nextInt(least, most + 1);
        for (int i = 0; i < count; i++) {
            String group = switch (random.nextInt(4)) {
                case 0 -> "talk";
                case 1 -> teller.world().outdoors() ? "outdoors" : "indoors";
                default -> "middle";
            };
            teller.tell(LEXICON.everyday(group));
        }
    }

    private static SceneFile scene(SplittableRandom random) {
        int at = random.nextInt(WEIGHTS);
        for (SceneFile scene : LEXICON.scenes()) {
            at -= scene.weight();
            if (at < 0) {
                return scene;
            }
        }
        throw new IllegalStateException("tales: the scenes' weights do not add up");
    }
}
