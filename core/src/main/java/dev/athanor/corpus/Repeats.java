package dev.athanor.corpus;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Random symbols, and then the same symbols again: {@code repeats:vocabulary=64,length=32,sequences=32000,seed=1}. The
 * first half of a sequence is pure chance and the second is certain, so the least loss that any model can reach is
 * known.
 *
 * <p>The half always begins again at the same place: a model may learn to look a fixed number of symbols back. With
 * {@code shortest=8} each sequence repeats after 8 to half its length symbols, all alike likely, and only looking up
 * what followed the same symbol before helps.
 */
final class Repeats implements TextSource {
    private static final String SYMBOLS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+-";

    private static final int MOST_LENGTH = 4096;
    private static final int MOST_SEQUENCES = 10_000_000;

    private final String name;
    private int vocabulary = SYMBOLS.length();
    private int length = 32;
    private int shortest; // 0 for half the length
    private int sequences = 32_000;
    private long seed = 1;

    /** @param name as the user wrote it, from {@code repeats:} on */
    Repeats(String name) {
        this.name = name;
        for (String setting : name.substring("repeats:".length()).split(",", -1)) {
            if (!setting.isEmpty()) {
                set(setting);
            }
        }
        require("vocabulary", vocabulary, 2, SYMBOLS.length());
        require("length", length, 4, MOST_LENGTH);
        require("sequences", sequences, 2, MOST_SEQUENCES);
        if (length % 2 != 0) {
            throw new CorpusException(name + ": expected an even length, for the half is repeated, found " + length);
        }
        if (shortest == 0) {
            shortest = length / 2;
        }
        require("shortest", shortest, 2, length / 2);
    }

    private void set(String setting) {
        String[] parts = setting.split("=", 2);
        try {
            switch (parts[0]) {
                case "vocabulary" -> vocabulary = Integer.parseInt(parts[1]);
                case "length" -> length = Integer.parseInt(parts[1]);
                case "shortest" -> shortest = Integer.parseInt(parts[1]);
                case "sequences" -> sequences = Integer.parseInt(parts[1]);
                case "seed" -> seed = Long.parseLong(parts[1]);
                default -> throw new CorpusException(sentence(setting));
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new CorpusException(sentence(setting), e);
        }
    }

    private String sentence(String setting) {
        return name + ": expected vocabulary=, length=, shortest=, sequences= or seed= with a number, found \""
                + setting + "\"; write repeats:vocabulary=64,length=32,sequences=32000,seed=1";
    }

    private void require(String what, int found, int least, int most) {
        if (found < least || found > most) {
            throw new CorpusException(
                    name + ": expected " + what + " between " + least + " and " + most + ", found " + found);
        }
    }

    @Override
    public void read(Consumer<Document> reader) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < sequences; i++) {
            int period = shortest + random.nextInt(length / 2 - shortest + 1);
            StringBuilder text = new StringBuilder();
            for (int symbol = 0; symbol < period; symbol++) {
                text.append(SYMBOLS.charAt(random.nextInt(vocabulary)));
            }
            for (int symbol = period; symbol < length; symbol++) {
                text.append(text.charAt(symbol - period));
            }
            reader.accept(new Document("sequence " + i, text.toString()));
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public OptionalInt exampleLength() {
        return OptionalInt.of(length);
    }

    /**
     * Per sequence, all symbols before the first repeated one but the first of all, which nobody has to predict, are
     * chance, and so is when the repetition begins; the rest is certain. That a sequence by chance also repeats after
     * another number of symbols is left out: it has at least half its length to tell.
     */
    @Override
    public Optional<LossFloor> floor() {
        int most = length / 2;
        double chance = (shortest + most) / 2.0 - 1;
        int periods = most - shortest + 1;
        String symbols = chance == Math.rint(chance)
                ? String.valueOf((long) chance)
                : String.format(Locale.ROOT, "%.1f", chance);
        return Optional.of(new LossFloor(
                (chance * Math.log(vocabulary) + Math.log(periods)) / (length - 1),
                periods == 1
                        ? symbols + "/" + (length - 1) + " · ln " + vocabulary
                        : "(ln " + periods + " + " + symbols + " · ln " + vocabulary + ") / " + (length - 1)));
    }
}
