package dev.athanor.corpus.tales;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Looks up every list and slot that any sentence names, so that a slip in a file is found at once and not in story
 * 4,711.
 */
final class LexiconCheck {
    private final Lexicon lexicon;

    private LexiconCheck(Lexicon lexicon) {
        this.lexicon = lexicon;
    }

    static void check(Lexicon lexicon) {
        LexiconCheck check = new LexiconCheck(lexicon);
        lexicon.words()
                .values()
                .forEach(list -> list.forEach(pattern -> entries(pattern, entry -> lexicon.words(entry.list()))));
        lexicon.everyday().values().forEach(list -> list.forEach(check::sentence));
        for (SceneFile scene : lexicon.scenes()) {
            for (List<Sentence> group : List.of(scene.cause(), scene.bare(), scene.act(), scene.after())) {
                group.forEach(check::sentence);
                group.forEach(sentence -> slots(scene, sentence.pattern()));
            }
        }
    }

    private void sentence(Sentence sentence) {
        Set<String> kept = new TreeSet<>();
        entries(sentence.pattern(), entry -> {
            lexicon.words(entry.list());
            if (entry.kept()) {
                kept.add(entry.list());
            }
        });
        sentence.reason().ifPresent(reason -> repeats(reason, kept));
        for (Sentence.Question question : sentence.questions()) {
            repeats(question.question(), kept);
            repeats(question.answer(), kept);
        }
    }

    /** Questions and reasons repeat what their sentence told and so may draw nothing anew. */
    private static void repeats(Pattern pattern, Set<String> kept) {
        entries(pattern, entry -> {
            if (!entry.kept() || !kept.contains(entry.list())) {
                throw new IllegalStateException("tales: expected a question only about what its sentence keeps " + kept
                        + ", found {" + entry.list() + "}");
            }
        });
    }

    private static void entries(Pattern pattern, Consumer<Part.Entry> visitor) {
        for (Part part : pattern.parts()) {
            switch (part) {
                case Part.Entry entry -> visitor.accept(entry);
                case Part.Tense tense -> {
                    entries(tense.now(), visitor);
                    entries(tense.past(), visitor);
                }
                case Part.Choice choice -> choice.wordings().forEach(wording -> entries(wording, visitor));
                case Part.Evidence evidence -> entries(evidence.inner(), visitor);
                case Part.Words _, Part.Known _, Part.Blank _, Part.Meaning _ -> {}
            }
        }
    }

    private static void slots(SceneFile scene, Pattern pattern) {
        for (Part part : pattern.parts()) {
            if (part instanceof Part.Blank blank) {
                var unused = scene.distribution(blank.slot(), false);
            }
        }
    }
}
