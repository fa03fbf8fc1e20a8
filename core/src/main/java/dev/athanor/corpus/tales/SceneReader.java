package dev.athanor.corpus.tales;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads a scene file: {@code @scene name weight [feeling]}, {@code @slot name: word share, …}, then groups of
 * sentences.
 */
final class SceneReader {
    private SceneReader() {}

    static List<SceneFile> read(List<String> lines) {
        List<SceneFile> scenes = new ArrayList<>();
        int start = 0;
        for (int i = 1; i <= lines.size(); i++) {
            if (i == lines.size() || lines.get(i).startsWith("@scene ")) {
                scenes.add(scene(lines.subList(start, i)));
                start = i;
            }
        }
        return scenes;
    }

    private static SceneFile scene(List<String> lines) {
        String[] head = lines.getFirst().split(" ", -1);
        if (!head[0].equals("@scene") || head.length < 3) {
            throw new IllegalStateException(
                    "tales: expected \"@scene name weight\", found \"" + lines.getFirst() + "\"");
        }
        Map<String, Distribution> slots = new TreeMap<>();
        List<String> rest = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            if (line.startsWith("@slot ")) {
                int colon = line.indexOf(':');
                String name = line.substring("@slot ".length(), colon);
                slots.put(name, distribution(head[1] + "." + name, line.substring(colon + 1)));
            } else {
                rest.add(line);
            }
        }
        Map<String, List<Sentence>> groups = new SentenceReader(rest).groups();
        return new SceneFile(
                head[1],
                Integer.parseInt(head[2]),
                head.length > 3 && head[3].equals("feeling"),
                group(groups, "cause"),
                group(groups, "bare"),
                group(groups, "act"),
                group(groups, "after"),
                slots);
    }

    private static List<Sentence> group(Map<String, List<Sentence>> groups, String name) {
        return List.copyOf(groups.getOrDefault(name, List.of()));
    }

    private static Distribution distribution(String kind, String entries) {
        List<String> words = new ArrayList<>();
        List<Integer> percent = new ArrayList<>();
        for (String entry : entries.split(",", -1)) {
            String[] both = entry.strip().split(" ", -1);
            words.add(both[0]);
            percent.add(Integer.parseInt(both[1]));
        }
        return new Distribution(kind, List.copyOf(words), List.copyOf(percent));
    }
}
