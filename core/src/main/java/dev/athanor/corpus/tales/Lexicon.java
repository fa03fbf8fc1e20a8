package dev.athanor.corpus.tales;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The words, sentences and slots of the Tales, read from the three text files beside this class. */
final class Lexicon {
    private final Map<String, List<String>> words = new TreeMap<>();
    private final Map<String, List<String>> sentences = new TreeMap<>();
    private final Map<String, SortedMap<String, Double>> slots = new TreeMap<>();

    Lexicon() {
        readWords();
        readSentences();
        readSlots();
    }

    List<String> words(String list) {
        return find(words, list);
    }

    List<String> sentences(String group) {
        return find(sentences, group);
    }

    SortedMap<String, Double> slot(String kind) {
        return find(slots, kind);
    }

    /** Names of the scenes: every group with a cause and a slot. */
    List<String> scenes() {
        return sentences.keySet().stream()
                .filter(name -> name.endsWith(".slot"))
                .map(name -> name.substring(0, name.indexOf('.')))
                .toList();
    }

    private static <T> T find(Map<String, T> map, String name) {
        T value = map.get(name);
        if (value == null) {
            throw new IllegalStateException("tales: a sentence asks for \"" + name + "\", which no file defines");
        }
        return value;
    }

    private void readWords() {
        for (String line : lines("words.txt")) {
            int colon = line.indexOf(':');
            // Sentences of @weather hold commas of their own, so entries are separated by a comma and a space.
            words.put(line.substring(1, colon), List.of(line.substring(colon + 1).strip().split(", ")));
        }
    }

    private void readSentences() {
        List<String> group = new ArrayList<>();
        for (String line : lines("sentences.txt")) {
            if (line.startsWith("@")) {
                group = new ArrayList<>();
                sentences.put(line.substring(1), group);
            } else {
                group.add(line);
            }
        }
    }

    private void readSlots() {
        for (String line : lines("slots.txt")) {
            int colon = line.indexOf(':');
            SortedMap<String, Double> truth = new TreeMap<>();
            for (String entry : line.substring(colon + 1).split(",")) {
                String[] parts = entry.strip().split(" ");
                truth.put(parts[0], Integer.parseInt(parts[1]) / 100.0);
            }
            slots.put(line.substring(0, colon), Collections.unmodifiableSortedMap(truth));
        }
    }

    private static List<String> lines(String name) {
        try (InputStream in = Lexicon.class.getResourceAsStream("/dev/athanor/corpus/tales/" + name)) {
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
