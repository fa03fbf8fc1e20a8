package dev.athanor.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Which package may use which: the arrows of docs/architecture.md point one way. {@code dev.athanor} itself, the short
 * way in, uses all of them and none uses it.
 */
class ArrowsTest {
    private static final String ROOT = "dev.athanor.";

    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("tensor", Set.of()),
            Map.entry("quant", Set.of("tensor")),
            Map.entry("tokenizer", Set.of()),
            Map.entry("kernel", Set.of("tensor", "quant")),
            Map.entry("op", Set.of("tensor", "kernel")),
            Map.entry("model", Set.of("tensor", "kernel", "op")),
            Map.entry("checkpoint", Set.of("tensor", "quant", "model", "tokenizer")),
            Map.entry("describe", Set.of("tensor", "model", "checkpoint")),
            Map.entry("hub", Set.of()),
            Map.entry("chat", Set.of("tensor", "kernel", "model", "tokenizer", "checkpoint", "generate")),
            Map.entry("corpus", Set.of("tokenizer")),
            Map.entry("train", Set.of("tensor", "kernel", "op", "model", "tokenizer", "checkpoint", "corpus")),
            Map.entry(
                    "finetune",
                    Set.of("tensor", "kernel", "model", "tokenizer", "checkpoint", "corpus", "train", "chat")),
            Map.entry("evaluate", Set.of("tensor", "kernel", "model", "tokenizer", "corpus")),
            Map.entry("generate", Set.of("tensor", "kernel", "model", "tokenizer")));

    static Stream<String> packages() {
        return MAY_USE.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("packages")
    void aPackageUsesOnlyWhatItsArrowsAllow(String name) {
        String[] allowed = Stream.concat(Stream.of(name), MAY_USE.get(name).stream())
                .map(used -> ROOT + used + "..")
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(ROOT + name + "..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.athanor..").and(not(resideInAnyPackage(allowed))))
                .because(name + " may use only " + new TreeSet<>(MAY_USE.get(name)))
                .check(Production.CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching(ROOT + "(*)..").should().beFreeOfCycles().check(Production.CLASSES);
    }

    @Test
    void everyPackageHasItsArrows() {
        Set<String> found = Production.CLASSES.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> !name.equals("dev.athanor"))
                .map(name -> name.substring(ROOT.length()).split("\\.")[0])
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(new TreeSet<>(MAY_USE.keySet()), found, "packages of core");
    }
}
