package dev.athanor.corpus.tales;

import java.util.List;
import java.util.SplittableRandom;

/**
 * A small world with a known truth: short stories drawn from a seed, in which some words mean two things (to lie, king, ring, bank,
 * light, bat, still) and some places have a known distribution over the next word with known evidence. Story i of a seed is a pure
 * function of both.
 */
public final class Tales {
    private static final Lexicon LEXICON = new Lexicon();
    private static final List<String> SCENES = LEXICON.scenes();

    /** Scenes whose senses are told apart most often; the rest share what is left. */
    private static final List<String> COMMON = List.of("rest", "lie");

    private static final double COMMON_SHARE = 0.35;

    /** Share of stories that begin with the slot itself, so that a bare sentence is nothing unusual. */
    private static final double BARE_SHARE = 0.25;

    private Tales() {}

    /** Story {@code index} of {@code seed}. */
    public static Story story(long seed, int index) {
        SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + index * 0xD1B54A32D192ED03L);
        Teller teller = new Teller(LEXICON, random);
        String scene = scene(random);
        if (random.nextDouble() < BARE_SHARE) {
            teller.tell(scene + ".slot");
            between(teller, random, 2, 5);
            String second = scene(random);
            teller.tell(second + ".cause");
            teller.tell(second + ".slot");
        } else {
            if (random.nextBoolean()) {
                teller.tell("open");
                between(teller, random, 0, 3);
            }
            teller.tell(scene + ".cause");
            between(teller, random, 0, 2);
            teller.tell(scene + ".slot");
            between(teller, random, 0, 3);
            if (random.nextBoolean()) {
                String second = scene(random);
                teller.tell(second + ".cause");
                teller.tell(second + ".slot");
            }
        }
        teller.tell("end");
        return new Story(seed, index, scene, teller.text(), teller.slots());
    }

    private static String scene(SplittableRandom random) {
        List<String> from = random.nextDouble() < COMMON_SHARE ? COMMON : SCENES;
        return from.get(random.nextInt(from.size()));
    }

    private static void between(Teller teller, SplittableRandom random, int least, int most) {
        int count = random.nextInt(least, most + 1);
        for (int i = 0; i < count; i++) {
            teller.tell("middle");
        }
    }
}
