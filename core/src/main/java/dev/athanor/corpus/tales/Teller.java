package dev.athanor.corpus.tales;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;

/** Writes one story: fills the blanks of sentences and notes slots, evidence, senses and facts. */
final class Teller {
    private final Lexicon lexicon;
    private final SplittableRandom random;
    private final World world;
    private final StringBuilder text = new StringBuilder();
    private final List<Slot> slots = new ArrayList<>();
    private final List<Sense> senses = new ArrayList<>();
    private final Facts facts = new Facts();
    private final List<Sentence> told = new ArrayList<>();

    private final List<Span> evidence = new ArrayList<>();
    private final Map<String, String> kept = new HashMap<>();
    private final Map<String, Span> keptAt = new HashMap<>();
    private Optional<SceneFile> scene = Optional.empty();
    private boolean caused;
    private Optional<String> reason = Optional.empty();
    private Optional<String> feeling = Optional.empty();

    /** Whether the sentence before names the hero and nobody else, so that a pronoun can only mean one person. */
    private boolean onlyHero;

    private boolean heroSeen;
    private boolean othersSeen;

    Teller(Lexicon lexicon, SplittableRandom random) {
        this.lexicon = lexicon;
        this.random = random;
        this.world = new World(this, random);
    }

    World world() {
        return world;
    }

    Story story(long seed, int index) {
        return new Story(seed, index, world.scene(facts), text.toString(), List.copyOf(slots), List.copyOf(senses));
    }

    /** Forgets what the last episode kept; later slots have only later evidence. */
    void begin(SceneFile next) {
        scene = Optional.of(next);
        evidence.clear();
        kept.clear();
        keptAt.clear();
        caused = false;
        reason = Optional.empty();
        feeling = Optional.empty();
    }

    void cause() {
        tell(scene.orElseThrow().cause());
        caused = true;
    }

    void end() {
        world.happened(scene.orElseThrow().name(), reason, feeling);
        facts.feeling(world, reason, feeling);
    }

    /** Appends a random sentence of {@code group} that this story does not have yet, where there is one. */
    void tell(List<Sentence> group) {
        Sentence sentence = group.get(random.nextInt(group.size()));
        for (int i = 0; i < 8 && told.contains(sentence); i++) {
            sentence = group.get(random.nextInt(group.size()));
        }
        told.add(sentence);
        if (!text.isEmpty()) {
            text.append(' ');
        }
        int start = text.length();
        heroSeen = false;
        othersSeen = false;
        write(sentence.pattern(), text);
        onlyHero = heroSeen && !othersSeen;
        Capitals.sentences(text, start);
        sentence.reason().ifPresent(clause -> reason = Optional.of(aside(clause)));
        for (Sentence.Question question : sentence.questions()) {
            facts.add(capital(aside(question.question())), capital(aside(question.answer())));
        }
    }

    int words() {
        int words = 1;
        for (int i = 0; i < text.length(); i++) {
            words += text.charAt(i) == ' ' ? 1 : 0;
        }
        return words;
    }

    /** An entry of a word list, drawn for the world before any sentence. */
    String draw(String list) {
        List<Pattern> entries = lexicon.words(list);
        return aside(entries.get(random.nextInt(entries.size())));
    }

    /** Rendered apart from the text. */
    private String aside(Pattern pattern) {
        StringBuilder out = new StringBuilder();
        write(pattern, out);
        return out.toString();
    }

    private static String capital(String sentence) {
        StringBuilder out = new StringBuilder(sentence);
        Capitals.sentences(out, 0);
        return out.toString();
    }

    private void write(Pattern pattern, StringBuilder out) {
        for (Part part : pattern.parts()) {
            switch (part) {
                case Part.Words words -> out.append(words.text());
                case Part.Tense tense -> write(world.past() ? tense.past() : tense.now(), out);
                case Part.Choice choice ->
                    write(choice.wordings().get(random.nextInt(choice.wordings().size())), out);
                case Part.Known known -> known(known.role(), out);
                case Part.Entry entry -> entry(entry, out);
                case Part.Evidence marked -> {
                    int start = out.length();
                    write(marked.inner(), out);
                    if (out == text) {
                        evidence.add(new Span(start, out.length()));
                    }
                }
                case Part.Meaning meaning -> meaning(meaning, out);
                case Part.Blank blank -> slot(blank.slot());
            }
        }
    }

    private void known(Part.Role role, StringBuilder out) {
        boolean pronoun = role == Part.Role.SUBJECT && onlyHero && !othersSeen && random.nextBoolean();
        out.append(pronoun ? world.hero().he() : world.known(role));
        switch (role) {
            case NAME, SUBJECT -> heroSeen = true;
            case FRIEND, NEIGHBOUR -> othersSeen = true;
            default -> {}
        }
    }

    private void entry(Part.Entry entry, StringBuilder out) {
        List<Pattern> entries = lexicon.words(entry.list());
        boolean known = entry.kept() && kept.containsKey(entry.list());
        String word = known
                ? kept.getOrDefault(entry.list(), "")
                : entry.article() || entry.kept() ? aside(entries.get(random.nextInt(entries.size()))) : "";
        if (entry.article()) {
            out.append(Articles.before(word)).append(' ');
        }
        int start = out.length();
        if (word.isEmpty()) {
            write(entries.get(random.nextInt(entries.size())), out);
        } else {
            out.append(word);
        }
        if (entry.kept() && !known) {
            kept.put(entry.list(), word);
        }
        if (entry.kept() && out == text) {
            keptAt.putIfAbsent(entry.list(), new Span(start, out.length()));
        }
        if (lexicon.isPerson(entry.list())) {
            othersSeen = true;
        }
    }

    private void meaning(Part.Meaning meaning, StringBuilder out) {
        int start = out.length();
        while (start > 0 && Character.isLetter(out.charAt(start - 1))) {
            start--;
        }
        if (out == text) {
            senses.add(new Sense(meaning.word(), meaning.meaning(), new Span(start, out.length())));
        }
    }

    private void slot(String name) {
        Distribution distribution = scene.orElseThrow().distribution(name, caused);
        SortedMap<String, Double> truth =
                Collections.unmodifiableSortedMap(distribution.truth(list -> kept.getOrDefault(list, "")));
        String chosen = drawn(truth);
        List<Span> decides = new ArrayList<>(evidence);
        for (String word : distribution.words()) {
            if (word.startsWith("=")) {
                decides.add(keptAt.getOrDefault(word.substring(1), new Span(0, 0)));
            }
        }
        decides.sort((a, b) -> Integer.compare(a.start(), b.start()));
        slots.add(new Slot(
                distribution.kind(),
                new Span(text.length(), text.length() + chosen.length()),
                truth,
                List.copyOf(decides)));
        text.append(chosen);
        if (scene.orElseThrow().feeling()) {
            feeling = Optional.of(chosen);
        }
    }

    private String drawn(SortedMap<String, Double> truth) {
        double at = random.nextDouble();
        for (Map.Entry<String, Double> e : truth.entrySet()) {
            at -= e.getValue();
            if (at < 0) {
                return e.getKey();
            }
        }
        return truth.lastKey();
    }
}
