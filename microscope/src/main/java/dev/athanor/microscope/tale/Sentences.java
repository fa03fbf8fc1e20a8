package dev.athanor.microscope.tale;

import dev.athanor.microscope.text.Phrases;
import dev.athanor.microscope.view.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Fills the blanks of phrases: {@code {name}} with a word or a number that keeps its figure. */
final class Sentences {
    private final Phrases phrases;
    private final Register register;

    Sentences(Phrases phrases, Register register) {
        this.phrases = phrases;
        this.register = register;
    }

    /** What fills a blank. */
    sealed interface Filling {
        /** Words as they are. */
        record Words(String text) implements Filling {}

        /** A number between 0 and 1 as a percentage. */
        record Share(Figure figure) implements Filling {}

        /** A number with its sign. */
        record Signed(Figure figure) implements Filling {}

        /** A number. */
        record Plain(Figure figure) implements Filling {}

        /** How large a figure is, whatever its sign, which the sentence says. */
        record Size(Figure figure) implements Filling {}
    }

    static Filling words(String text) {
        return new Filling.Words(text);
    }

    static Filling share(Figure figure) {
        return new Filling.Share(figure);
    }

    static Filling signed(Figure figure) {
        return new Filling.Signed(figure);
    }

    static Filling size(Figure figure) {
        return new Filling.Size(figure);
    }

    static Filling plain(Figure figure) {
        return new Filling.Plain(figure);
    }

    /** The phrase {@code key} in this register; the story's where the register has none of its own. */
    List<Piece> fill(String key, Map<String, Filling> blanks) {
        String phrase = phrase(key);
        List<Piece> pieces = new ArrayList<>();
        int at = 0;
        while (at < phrase.length()) {
            int open = phrase.indexOf('{', at);
            int close = open < 0 ? -1 : phrase.indexOf('}', open);
            if (close < 0) {
                pieces.add(new Piece(phrase.substring(at), Optional.empty()));
                break;
            }
            if (open > at) {
                pieces.add(new Piece(phrase.substring(at, open), Optional.empty()));
            }
            String name = phrase.substring(open + 1, close);
            Filling filling = blanks.get(name);
            if (filling == null) {
                throw new IllegalStateException("phrase " + key + ": nothing fills {" + name + "}");
            }
            pieces.add(piece(filling));
            at = close + 1;
        }
        return List.copyOf(pieces);
    }

    String phrase(String key) {
        String own = key + "." + register.name().toLowerCase(Locale.ROOT);
        return phrases.find(own).orElseGet(() -> phrases.get(key + ".story"));
    }

    private Piece piece(Filling filling) {
        return switch (filling) {
            case Filling.Words words -> new Piece(words.text(), Optional.empty());
            case Filling.Share share ->
                shown(share.figure(), percent(share.figure().value()));
            case Filling.Signed signed ->
                shown(signed.figure(), signed(signed.figure().value()));
            case Filling.Size size ->
                shown(
                        size.figure(),
                        String.format(
                                Locale.ROOT, "%.2f", Math.abs(size.figure().value())));
            case Filling.Plain plain ->
                shown(
                        plain.figure(),
                        String.format(Locale.ROOT, "%.2f", plain.figure().value()));
        };
    }

    /** In the register of code a number is preceded by what to ask for. */
    private Piece shown(Figure figure, String number) {
        String text = register == Register.CODE
                ? figure.name() + figure.index().toString().replace(" ", "") + " = " + number
                : number;
        return new Piece(text, Optional.of(figure));
    }

    /** Two digits that count, never "0 %" for something. */
    static String percent(double share) {
        double percent = 100 * share;
        if (percent > 0 && percent < 0.05) {
            return "under 0.1\u00a0%";
        }
        return String.format(Locale.ROOT, percent >= 9.95 ? "%.0f\u00a0%%" : "%.1f\u00a0%%", percent);
    }

    private static String signed(double value) {
        return String.format(Locale.ROOT, value < 0 ? "−%.2f" : "+%.2f", Math.abs(value));
    }
}
