package dev.athanor.finetune;

import dev.athanor.train.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Conversations to learn from and conversations to measure by, from files and from the Tales.
 *
 * @param before what is learned before them, in order
 * @param training those to learn from
 * @param heldOut those nobody learns from
 * @param quiz questions with known answers, where there are Tales
 */
record ChatData(List<Stage> before, List<Conversation> training, List<Conversation> heldOut, Optional<Quiz> quiz) {
    /** Tales that measure the loss, and the least number of questions that measure answers. */
    private static final int HELD_OUT_TALES = 100;

    static final int QUESTIONS = 400;

    /** Tales whose commonest answers are what guessing without reading would say. */
    private static final int GUESSED_FROM = 4000;

    /** A tale with fewer questions costs as many tokens and teaches less; such tales are asked about, not learned. */
    private static final int LEAST_QUESTIONS = 4;

    ChatData {
        before = List.copyOf(before);
        training = List.copyOf(training);
        heldOut = List.copyOf(heldOut);
    }

    /**
     * Reads all sources.
     *
     * @param names paths of JSON lines, or {@code tales:} or {@code tales:stories=N}
     * @param heldOutShare of the conversations of files
     * @throws FinetuneException where a source is none, in one sentence
     */
    static ChatData read(List<String> names, double heldOutShare, long seed) {
        List<Stage> before = new ArrayList<>();
        List<Conversation> training = new ArrayList<>();
        List<Conversation> heldOut = new ArrayList<>();
        Optional<Quiz> quiz = Optional.empty();
        for (String name : names) {
            if (name.startsWith("tales:")) {
                TalesName tales = TalesName.parse(name);
                double share = (double) tales.stories() / TalesName.DEFAULT;
                before.addAll(TalesCourse.stages(seed, Math.min(1, share), LEAST_QUESTIONS));
                tales(tales, seed, training, heldOut);
                quiz = Optional.of(Quiz.of(heldOutSeed(seed) + 1, QUESTIONS, trainingSeed(seed), GUESSED_FROM));
            } else {
                file(Path.of(name), heldOutShare, seed, training, heldOut);
            }
        }
        if (training.isEmpty()) {
            throw new FinetuneException(String.join(", ", names)
                    + ": expected conversations to learn from, found none; give a file that holds some");
        }
        return new ChatData(before, training, heldOut, quiz);
    }

    private static long trainingSeed(long seed) {
        return Seeds.of(seed, 1);
    }

    private static long heldOutSeed(long seed) {
        return Seeds.of(seed, 2);
    }

    private static void tales(TalesName name, long seed, List<Conversation> training, List<Conversation> heldOut) {
        long learned = trainingSeed(seed);
        for (int i = 0, taken = 0; taken < name.stories(); i++) {
            for (Conversation c : TalesChats.about(learned, i)) {
                if (c.messages().size() >= 2 * LEAST_QUESTIONS) {
                    training.add(c);
                    taken++;
                }
            }
        }
        long measured = heldOutSeed(seed);
        for (int i = 0; i < HELD_OUT_TALES; i++) {
            heldOut.addAll(TalesChats.about(measured, i));
        }
    }

    /** Each conversation is held out or not by a draw of its own, so that a longer file holds out the same ones. */
    private static void file(
            Path file, double share, long seed, List<Conversation> training, List<Conversation> heldOut) {
        int[] index = new int[1];
        ChatFile.read(file, c -> {
            SplittableRandom random = new SplittableRandom(Seeds.of(seed, 3, index[0]++));
            (random.nextDouble() < share ? heldOut : training).add(c);
        });
    }
}
