package dev.athanor.corpus.tales;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Collects questions and answers; a question with two different answers is dropped. */
final class Facts {
    private final Map<String, String> answers = new LinkedHashMap<>();
    private final Set<String> ambiguous = new LinkedHashSet<>();

    void add(String question, String answer) {
        String before = answers.putIfAbsent(question, answer);
        if (before != null && !before.equals(answer)) {
            ambiguous.add(question);
        }
    }

    void feeling(World world, Optional<String> reason, Optional<String> feeling) {
        String name = world.hero().name();
        String does = world.past() ? "did " : "does ";
        feeling.ifPresent(word -> {
            add("How " + does + name + " feel?", Character.toUpperCase(word.charAt(0)) + word.substring(1) + ".");
            reason.ifPresent(clause -> add("Why " + does + name + " feel " + word + "?", "Because " + clause + "."));
        });
    }

    List<Fact> list() {
        List<Fact> facts = new ArrayList<>();
        answers.forEach((question, answer) -> {
            if (!ambiguous.contains(question)) {
                facts.add(new Fact(question, answer));
            }
        });
        return List.copyOf(facts);
    }
}
