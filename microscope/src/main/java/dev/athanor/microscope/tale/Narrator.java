package dev.athanor.microscope.tale;

import dev.athanor.microscope.experiment.Reference;
import dev.athanor.microscope.tale.Sentences.Filling;
import dev.athanor.microscope.text.Phrases;
import dev.athanor.microscope.view.Assembly;
import dev.athanor.microscope.view.Chemistry;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Figure;
import dev.athanor.microscope.view.NextWords;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Tells one decision of a run: for the word that decides its alchemists, what they poured and from where, the chemistry
 * and the assembly. What is told is what moves the decision when it is taken out; attention shares alone tell nothing.
 */
public final class Narrator {
    private static final Phrases PHRASES = new Phrases("/dev/athanor/microscope/tale/tale.properties");

    private final Thought thought;
    private final Choice choice;
    private final Words words;
    private final Sentences sentences;
    private final Assembly assembly;
    private final Deciding deciding;
    private final List<Chapter> chapters = new ArrayList<>();

    private Narrator(Thought thought, Choice choice, Words words, Register register, Deciding deciding) {
        this.thought = thought;
        this.choice = choice;
        this.words = words;
        this.sentences = new Sentences(PHRASES, register);
        this.assembly = Assembly.of(thought, choice);
        this.deciding = deciding;
    }

    /** @param all whether every head is told of, or those that matter */
    public static List<Chapter> tell(
            Thought thought, Choice choice, Words words, Register register, Reference reference, boolean all) {
        Deciding deciding = Deciding.of(thought, choice, reference, all);
        Narrator narrator = new Narrator(thought, choice, words, register, deciding);
        narrator.question();
        narrator.dictionary();
        for (int layer = 0; layer < thought.config().layers(); layer++) {
            narrator.layer(layer);
        }
        narrator.assembled();
        return List.copyOf(narrator.chapters);
    }

    private Map<String, Filling> blanks() {
        Map<String, Filling> blanks = new LinkedHashMap<>();
        blanks.put("word", Sentences.words(words.at(choice.position())));
        blanks.put("token", Sentences.words(words.of(choice.token())));
        boolean alone = choice.against() == Choice.NOTHING;
        blanks.put("against", Sentences.words(alone ? "" : words.of(choice.against())));
        blanks.put("lead", Sentences.signed(assembly.logit()));
        blanks.put("behind", Sentences.size(assembly.logit()));
        return blanks;
    }

    private void chapter(String title, OptionalInt layer, List<List<Piece>> told, Optional<String> caution) {
        String name = sentences.phrase(title).replace("{layer}", layer.isPresent() ? "" + layer.getAsInt() : "");
        chapters.add(new Chapter(name, layer, told, caution.map(sentences::phrase)));
    }

    private void question() {
        Map<String, Filling> blanks = blanks();
        NextWords next = NextWords.of(thought, choice.position(), 3);
        List<String> shares = List.of("first", "second", "third");
        for (int i = 0; i < next.rows().size(); i++) {
            blanks.put(
                    shares.get(i) + "word",
                    Sentences.words(words.of(next.rows().get(i).token())));
            blanks.put(shares.get(i), Sentences.share(next.rows().get(i).probability()));
        }
        List<List<Piece>> told = new ArrayList<>();
        if (next.rows().size() == 3) {
            told.add(sentences.fill("question.shares", blanks));
        }
        told.add(sentences.fill(compared("question.alone", "question.why", "question.behind"), blanks));
        chapter("question.title", OptionalInt.empty(), told, Optional.empty());
    }

    /** The phrase for a word without another beside it, for one that leads and for one that trails. */
    private String compared(String alone, String ahead, String behind) {
        if (choice.against() == Choice.NOTHING) {
            return alone;
        }
        return assembly.logit().value() < 0 ? behind : ahead;
    }

    private void dictionary() {
        List<List<Piece>> told = new ArrayList<>();
        for (Assembly.Ballot ballot : assembly.votes()) {
            if (ballot.hook().equals(Hook.of(HookPoint.EMBED))) {
                Map<String, Filling> blanks = blanks();
                blanks.put("vote", Sentences.signed(ballot.vote()));
                told.add(sentences.fill("dictionary.word", blanks));
            }
            if (ballot.hook().equals(Hook.of(HookPoint.POS_EMBED))) {
                Map<String, Filling> blanks = blanks();
                blanks.put("vote", Sentences.signed(ballot.vote()));
                told.add(sentences.fill("dictionary.place", blanks));
            }
        }
        chapter("dictionary.title", OptionalInt.empty(), told, Optional.empty());
    }

    private void layer(int layer) {
        List<List<Piece>> told = new ArrayList<>();
        boolean tap = false;
        boolean negative = false;
        for (Deciding.Told head : deciding.inLayer(layer)) {
            HeadTale tale = new HeadTale(sentences, words, choice, head);
            told.addAll(tale.tell(blanks()));
            tap |= tale.tap();
            negative |= tale.unmixes();
        }
        if (told.isEmpty()) {
            told.add(sentences.fill("layer.none", blanks()));
        }
        chemistry(layer, told);
        Optional<String> caution = layer == 1 && thought.config().layers() > 1
                ? Optional.of("caution.mixed")
                : tap ? once("caution.tap") : negative ? once("caution.negative") : Optional.empty();
        chapter("layer.title", OptionalInt.of(layer), told, caution);
    }

    /** A caution that no earlier chapter has. */
    private Optional<String> once(String caution) {
        String phrase = sentences.phrase(caution);
        boolean told = chapters.stream().anyMatch(c -> c.caution().equals(Optional.of(phrase)));
        return told ? Optional.empty() : Optional.of(caution);
    }

    private void chemistry(int layer, List<List<Piece>> told) {
        Hook hook = new Hook(HookPoint.MLP_OUT, layer);
        Figure vote = assembly.votes().stream()
                .filter(b -> b.hook().equals(hook))
                .findFirst()
                .orElseThrow()
                .vote();
        Map<String, Filling> blanks = blanks();
        blanks.put("vote", Sentences.signed(vote));
        if (Math.abs(vote.value()) < Deciding.MATTERS * deciding.size()) {
            told.add(sentences.fill("chemistry.none", blanks));
            return;
        }
        Chemistry chemistry = Chemistry.of(thought, choice, layer, 1);
        List<Chemistry.Neuron> strongest = vote.value() > 0 ? chemistry.up() : chemistry.down();
        if (strongest.isEmpty()) {
            told.add(sentences.fill("chemistry.plain", blanks));
            return;
        }
        Chemistry.Neuron neuron = strongest.getFirst();
        blanks.put("neuron", Sentences.words(layer + "." + neuron.index()));
        blanks.put("strength", Sentences.plain(neuron.strength()));
        blanks.put("neuronvote", Sentences.signed(neuron.vote()));
        told.add(sentences.fill(vote.value() > 0 ? "chemistry.for" : "chemistry.against", blanks));
    }

    private void assembled() {
        List<List<Piece>> told = new ArrayList<>();
        Map<String, Filling> blanks = blanks();
        blanks.put(
                "share",
                Sentences.share(NextWords.row(thought, choice.position(), choice.token())
                        .probability()));
        if (choice.against() != Choice.NOTHING) {
            blanks.put(
                    "othershare",
                    Sentences.share(NextWords.row(thought, choice.position(), choice.against())
                            .probability()));
        }
        blanks.put("parts", Sentences.words(Integer.toString(assembly.votes().size())));
        told.add(sentences.fill(compared("assembly.alone", "assembly.lead", "assembly.behind"), blanks));
        deciding.strongest().ifPresent(head -> {
            Map<String, Filling> most = blanks();
            most.put("head", Sentences.words(head.layer() + "." + head.head()));
            most.put("total", Sentences.signed(head.total()));
            most.put("direct", Sentences.signed(head.flask().vote()));
            told.add(sentences.fill(head.total().value() < 0 ? "assembly.most" : "assembly.hinders", most));
        });
        chapter("assembly.title", OptionalInt.empty(), told, Optional.of("caution.share"));
    }
}
