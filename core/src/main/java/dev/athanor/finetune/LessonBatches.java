package dev.athanor.finetune;

import dev.athanor.chat.Lesson;
import dev.athanor.corpus.Batches.Batch;
import dev.athanor.train.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Rows to learn from, in an order that follows from (seed, epoch). A row is one conversation, filled up with positions
 * that predict nothing; conversations of like length share a batch, so that little is filled up. Packed rows hold
 * several conversations behind each other as far as they fit whole: less is computed for nothing, but attention reaches
 * from one into the ones before it.
 */
final class LessonBatches {
    /** Batches whose rows are sorted by length together: enough to save most padding, few enough to mix. */
    private static final int SORTED = 16;

    private final List<Batch> before = new ArrayList<>();
    private final List<Lesson> rows;
    private final int batch;
    private final long seed;
    private final int padding;

    /**
     * Batches of {@code lessons}.
     *
     * @param batch rows, fewer in the last batch of an epoch
     * @param length most tokens of a row
     * @param packed whether a row may hold several lessons
     * @param padding a token behind the end of a row; it is never predicted
     */
    LessonBatches(List<Lesson> lessons, int batch, int length, boolean packed, int padding, long seed) {
        this.rows = packed ? packed(lessons, length, seed) : List.copyOf(lessons);
        this.batch = batch;
        this.seed = seed;
        this.padding = padding;
    }

    /** Batches in one epoch. */
    int perEpoch() {
        return (rows.size() + batch - 1) / batch;
    }

    /** Lessons to learn once and in their order before the first epoch. */
    void before(List<Lesson> lessons, int rowsPerStep) {
        for (int at = 0; at < lessons.size(); at += rowsPerStep) {
            before.add(of(lessons.subList(at, Math.min(lessons.size(), at + rowsPerStep))));
        }
    }

    /** Batches of what is learned before the first epoch. */
    List<Batch> before() {
        return List.copyOf(before);
    }

    /** The batches of epoch {@code epoch}, counted from 0. */
    List<Batch> epoch(long epoch) {
        SplittableRandom random = new SplittableRandom(Seeds.of(seed, epoch));
        List<Integer> order =
                TalesChats.shuffled(IntStream.range(0, rows.size()).boxed().toList(), random);
        List<Batch> batches = new ArrayList<>();
        int group = SORTED * batch;
        for (int from = 0; from < order.size(); from += group) {
            List<Integer> part = new ArrayList<>(order.subList(from, Math.min(order.size(), from + group)));
            part.sort(Comparator.comparingInt(i -> length(rows.get(i))));
            for (int at = 0; at < part.size(); at += batch) {
                batches.add(of(part.subList(at, Math.min(part.size(), at + batch)).stream()
                        .map(rows::get)
                        .toList()));
            }
        }
        return TalesChats.shuffled(batches, random);
    }

    /** All rows once, in their order: to measure by. */
    List<Batch> inOrder() {
        List<Batch> batches = new ArrayList<>();
        for (int at = 0; at < rows.size(); at += batch) {
            batches.add(of(rows.subList(at, Math.min(rows.size(), at + batch))));
        }
        return batches;
    }

    private static int length(Lesson lesson) {
        return lesson.tokens().length;
    }

    /** Tokens of each row but its last, and what comes after each where the assistant says it. */
    private Batch of(List<Lesson> part) {
        int length = part.stream().mapToInt(LessonBatches::length).max().orElse(2) - 1;
        int[] tokens = new int[part.size() * length];
        int[] targets = new int[part.size() * length];
        Arrays.fill(tokens, padding);
        Arrays.fill(targets, -1);
        int counted = 0;
        for (int row = 0; row < part.size(); row++) {
            int[] ids = part.get(row).tokens();
            boolean[] learned = part.get(row).learned();
            System.arraycopy(ids, 0, tokens, row * length, ids.length - 1);
            for (int i = 1; i < ids.length; i++) {
                if (learned[i]) {
                    targets[row * length + i - 1] = ids[i];
                    counted++;
                }
            }
        }
        return new Batch(tokens, targets, part.size(), length, counted);
    }

    /** First fit in a shuffled order: each lesson goes into the first open row that has room for all of it. */
    private static List<Lesson> packed(List<Lesson> lessons, int length, long seed) {
        List<List<Lesson>> rows = new ArrayList<>();
        List<Integer> room = new ArrayList<>();
        int firstOpen = 0;
        for (Lesson lesson : TalesChats.shuffled(lessons, new SplittableRandom(Seeds.of(seed, -1)))) {
            int size = length(lesson);
            int at = Math.max(firstOpen, rows.size() - OPEN);
            firstOpen = at;
            while (at < rows.size() && room.get(at) < size) {
                at++;
            }
            if (at == rows.size()) {
                rows.add(new ArrayList<>());
                room.add(length);
            }
            rows.get(at).add(lesson);
            room.set(at, room.get(at) - size);
        }
        return rows.stream().map(LessonBatches::joined).toList();
    }

    /** Rows that may still take a lesson while packing; more would only cost time. */
    private static final int OPEN = 64;

    private static Lesson joined(List<Lesson> parts) {
        int size = parts.stream().mapToInt(LessonBatches::length).sum();
        int[] tokens = new int[size];
        boolean[] learned = new boolean[size];
        int at = 0;
        for (Lesson part : parts) {
            int count = length(part);
            System.arraycopy(part.tokens(), 0, tokens, at, count);
            System.arraycopy(part.learned(), 0, learned, at, count);
            learned[at] = false;
            at += count;
        }
        return new Lesson(tokens, learned);
    }
}
