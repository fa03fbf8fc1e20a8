package dev.athanor.corpus.tales;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;

/** Writes one story: fills the blanks of sentences and notes where slots and their evidence stand. */
final class Teller {
    private final Lexicon lexicon;
    private final SplittableRandom random;
    private final StringBuilder text = new StringBuilder();
    private final List<Slot> slots = new ArrayList<>();
    private final List<Span> evidence = new ArrayList<>();
    private final boolean girl;
    private final String hero;
    private final String friend;
    private final String place;

    Teller(Lexicon lexicon, SplittableRandom random) {
        this.lexicon = lexicon;
        this.random = random;
        this.girl = random.nextBoolean();
        this.hero = pick(girl ? "girl" : "boy");
        String other = pick(random.nextBoolean() ? "girl" : "boy");
        while (other.equals(hero)) {
            other = pick(random.nextBoolean() ? "girl" : "boy");
        }
        this.friend = other;
        this.place = pick("place");
    }

    String text() {
        return text.toString();
    }

    List<Slot> slots() {
        return List.copyOf(slots);
    }

    /** Appends a random sentence of {@code group}. */
    void tell(String group) {
        List<String> all = lexicon.sentences(group);
        if (!text.isEmpty()) {
            text.append(' ');
        }
        fill(all.get(random.nextInt(all.size())));
    }

    private String pick(String list) {
        List<String> words = lexicon.words(list);
        return words.get(random.nextInt(words.size()));
    }

    private void fill(String sentence) {
        int opened = -1;
        for (int i = 0; i < sentence.length(); i++) {
            char c = sentence.charAt(i);
            if (c == '<') {
                opened = text.length();
            } else if (c == '>') {
                evidence.add(new Span(opened, text.length()));
            } else if (c == '{') {
                int close = sentence.indexOf('}', i);
                blank(sentence.substring(i + 1, close));
                i = close;
            } else if (c == '[') {
                int close = sentence.indexOf(']', i);
                slot(sentence.substring(i + 1, close));
                i = close;
            } else {
                text.append(c);
            }
        }
    }

    private void blank(String name) {
        switch (name) {
            case "N" -> text.append(hero);
            case "F" -> text.append(friend);
            case "P" -> text.append(place);
            case "he" -> text.append(girl ? "she" : "he");
            case "He" -> text.append(girl ? "She" : "He");
            case "his" -> text.append(girl ? "her" : "his");
            case "him" -> text.append(girl ? "her" : "him");
            default -> word(name);
        }
    }

    /** A word of a list, with {@code a:} behind the right article, with {@code a^:} behind a capital one. */
    private void word(String name) {
        boolean capital = name.startsWith("a^:");
        boolean article = capital || name.startsWith("a:");
        String entry = pick(article ? name.substring(name.indexOf(':') + 1) : name);
        if (article) {
            String a = "aeiou".indexOf(entry.charAt(0)) >= 0 ? "an " : "a ";
            text.append(capital ? "A" + a.substring(1) : a);
        }
        fill(entry);
    }

    private void slot(String kind) {
        SortedMap<String, Double> truth = lexicon.slot(kind);
        double at = random.nextDouble();
        String chosen = truth.lastKey();
        for (Map.Entry<String, Double> e : truth.entrySet()) {
            at -= e.getValue();
            if (at < 0) {
                chosen = e.getKey();
                break;
            }
        }
        Span word = new Span(text.length(), text.length() + chosen.length());
        text.append(chosen);
        slots.add(new Slot(kind, word, truth, List.copyOf(evidence)));
    }
}
