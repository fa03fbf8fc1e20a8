package dev.athanor.corpus.tales;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads {@code @group} headings, sentences, and below a sentence {@code = reason} and {@code ? question | answer}
 * lines.
 */
final class SentenceReader {
    private final Map<String, List<Sentence>> groups = new TreeMap<>();

    SentenceReader(List<String> lines) {
        List<Sentence> group = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith("@")) {
                group = groups.computeIfAbsent(line.substring(1), name -> new ArrayList<>());
            } else if (line.startsWith("= ")) {
                Sentence last = last(group, line);
                Pattern reason = PatternParser.parse(line.substring(2));
                group.add(new Sentence(last.pattern(), Optional.of(reason), last.questions()));
            } else if (line.startsWith("? ")) {
                Sentence last = last(group, line);
                List<Sentence.Question> questions = new ArrayList<>(last.questions());
                questions.add(question(line.substring(2)));
                group.add(new Sentence(last.pattern(), last.reason(), List.copyOf(questions)));
            } else {
                group.add(new Sentence(PatternParser.parse(line), Optional.empty(), List.of()));
            }
        }
    }

    Map<String, List<Sentence>> groups() {
        return groups;
    }

    private static Sentence last(List<Sentence> group, String line) {
        if (group.isEmpty()) {
            throw new IllegalStateException("tales: expected a sentence above \"" + line + "\"");
        }
        return group.removeLast();
    }

    private static Sentence.Question question(String line) {
        String[] both = line.split(" \\| ", -1);
        if (both.length != 2) {
            throw new IllegalStateException("tales: expected \"? question | answer\", found \"" + line + "\"");
        }
        return new Sentence.Question(PatternParser.parse(both[0]), PatternParser.parse(both[1]));
    }
}
