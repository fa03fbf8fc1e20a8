package dev.athanor.microscope.tale;

import dev.athanor.microscope.tale.Sentences.Filling;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Flask;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** One head's errand: where it poured from, what that says, and what is missing without it. */
final class HeadTale {
    /** A share that fills most of a flask, and one that is worth naming. */
    private static final double MOST = 0.5;

    private static final double SOME = 0.15;

    /** A vote of a pour against the flask's own direction that is worth a caution. */
    private static final double UNMIXED = 0.25;

    private final Sentences sentences;
    private final Words words;
    private final Choice choice;
    private final Deciding.Told head;
    private final List<Flask.Pour> byShare;
    private final Flask.Pour loudest;

    HeadTale(Sentences sentences, Words words, Choice choice, Deciding.Told head) {
        this.sentences = sentences;
        this.words = words;
        this.choice = choice;
        this.head = head;
        this.byShare = new ArrayList<>(head.flask().pours());
        byShare.sort(Comparator.comparingDouble((Flask.Pour p) -> -p.share().value()));
        this.loudest = head.flask().pours().stream()
                .max(Comparator.comparingDouble(p -> Math.abs(p.vote().value())))
                .orElseThrow();
    }

    /** Whether it pours mostly from the first word though it stands behind it. */
    boolean tap() {
        Flask.Pour first = byShare.getFirst();
        return first.source() == 0 && choice.position() > 0 && first.share().value() >= MOST;
    }

    /** Whether some pour votes clearly the other way. */
    boolean unmixes() {
        double vote = head.flask().vote().value();
        return head.flask().pours().stream()
                .anyMatch(p -> p.vote().value() * vote < 0 && Math.abs(p.vote().value()) > UNMIXED * Math.abs(vote));
    }

    List<List<Piece>> tell(Map<String, Filling> blanks) {
        Flask.Pour first = byShare.getFirst();
        blanks.put("head", Sentences.words(head.layer() + "." + head.head()));
        blanks.put("source", Sentences.words(words.at(first.source())));
        blanks.put("share", Sentences.share(first.share()));
        if (byShare.size() > 1) {
            blanks.put("second", Sentences.words(words.at(byShare.get(1).source())));
            blanks.put("secondshare", Sentences.share(byShare.get(1).share()));
        }
        blanks.put("vote", Sentences.signed(head.flask().vote()));
        blanks.put("loudest", Sentences.words(words.at(loudest.source())));
        blanks.put("loudestvote", Sentences.signed(loudest.vote()));
        blanks.put("total", Sentences.signed(head.total()));
        return List.of(
                sentences.fill("head." + pouring(), blanks),
                sentences.fill("head." + speaking(), blanks),
                sentences.fill("head." + missing(), blanks));
    }

    private String pouring() {
        Flask.Pour first = byShare.getFirst();
        if (tap()) {
            return "tap";
        }
        if (byShare.size() == 1) {
            return "only";
        }
        if (first.source() == choice.position() && first.share().value() >= MOST) {
            return "itself";
        }
        if (first.share().value() >= MOST) {
            return "focused";
        }
        return byShare.get(1).share().value() >= SOME ? "split" : "spread";
    }

    private String speaking() {
        double vote = head.flask().vote().value();
        boolean same = loudest.source() == byShare.getFirst().source();
        String side = vote >= 0 ? "for" : "against";
        return same ? side + ".same" : side + ".other";
    }

    /** How its absence compares with what it says: the total effect of taking it out against minus its vote. */
    private String missing() {
        double expected = -head.flask().vote().value();
        double total = head.total().value();
        if (total * expected < 0) {
            return "missing.opposite";
        }
        if (Math.abs(total) < 0.5 * Math.abs(expected)) {
            return "missing.repaired";
        }
        return Math.abs(total) > 2 * Math.abs(expected) ? "missing.relied" : "missing.alike";
    }
}
