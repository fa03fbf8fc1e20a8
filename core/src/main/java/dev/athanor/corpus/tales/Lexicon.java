package dev.athanor.corpus.tales;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All words and sentences of the Tales, read from the text files beside this class. */
final class Lexicon {
    private static final String FOLDER = "/dev/athanor/corpus/tales/";
    private static final List<String> WORD_FILES =
            List.of("people", "places", "things", "nature", "kitchen", "describing", "deeds");
    private static final List<String> SCENE_FILES =
            List.of("lies", "feelings", "king", "ring", "bank", "light", "bat", "still", "alchemy", "errands");

    private static final List<String> PEOPLE = List.of("job", "family", "authority", "relative", "girl", "boy");

    private final Map<String, List<Pattern>> words = new TreeMap<>();
    private final Map<String, List<Sentence>> everyday = new TreeMap<>();
    private final List<SceneFile> scenes = new ArrayList<>();

    Lexicon() {
        for (String file : WORD_FILES) {
            readWords(lines("words/" + file + ".txt"));
        }
        readDoings(lines("words/doings.txt"));
        new SentenceReader(lines("everyday.txt"))
                .groups()
                .forEach((name, group) -> everyday.put(name, List.copyOf(group)));
        for (String file : SCENE_FILES) {
            scenes.addAll(SceneReader.read(lines("scenes/" + file + ".txt")));
        }
        LexiconCheck.check(this);
    }

    List<Pattern> words(String list) {
        return find(words, list);
    }

    /** Sentences that belong to no scene: how stories open, go on and end. */
    List<Sentence> everyday(String group) {
        return find(everyday, group);
    }

    Map<String, List<Sentence>> everyday() {
        return everyday;
    }

    Map<String, List<Pattern>> words() {
        return words;
    }

    /** Whether entries of {@code list} are people, to whom a pronoun in the next sentence could refer. */
    boolean isPerson(String list) {
        return PEOPLE.contains(list);
    }

    List<SceneFile> scenes() {
        return scenes;
    }

    private static <T> T find(Map<String, T> map, String name) {
        T value = map.get(name);
        if (value == null) {
            throw new IllegalStateException("tales: a sentence asks for \"" + name + "\", which no file defines");
        }
        return value;
    }

    /** {@code name: entry, entry, …}. */
    private void readWords(List<String> lines) {
        for (String line : lines) {
            int colon = line.indexOf(':');
            List<Pattern> entries = new ArrayList<>();
            for (String entry : line.substring(colon + 1).strip().split(", ", -1)) {
                entries.add(PatternParser.parse(entry));
            }
            words.put(line.substring(0, colon), List.copyOf(entries));
        }
    }

    /** {@code base present past -ing | rest}: one line gives an entry to four lists and, by tense, to {@code does}. */
    private void readDoings(List<String> lines) {
        Map<String, List<Pattern>> forms = new TreeMap<>();
        for (String line : lines) {
            String[] halves = line.split(" \\| ", -1);
            String[] verb = halves[0].split(" ", -1);
            if (halves.length != 2 || verb.length != 4) {
                throw new IllegalStateException(
                        "tales: expected \"sing sings sang singing | a song\", found \"" + line + "\"");
            }
            String rest = " " + halves[1];
            add(forms, "do", verb[0] + rest);
            add(forms, "does", "(" + verb[1] + "|" + verb[2] + ")" + rest);
            add(forms, "did", verb[2] + rest);
            add(forms, "doing", verb[3] + rest);
        }
        words.putAll(forms);
    }

    private static void add(Map<String, List<Pattern>> forms, String list, String entry) {
        forms.computeIfAbsent(list, name -> new ArrayList<>()).add(PatternParser.parse(entry));
    }

    private static List<String> lines(String name) {
        try (InputStream in = Lexicon.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException("tales: " + name + " is missing from the program");
            }
            return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
