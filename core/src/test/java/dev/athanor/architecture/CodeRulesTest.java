package dev.athanor.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** House rules that a reader would otherwise have to remember. */
class CodeRulesTest {
    @Test
    void memoryIsReachedOnlyThroughCheckedApis() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("sun.misc.Unsafe")
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage("jdk.internal..")
                .check(Production.CLASSES);
    }

    @Test
    void inputIsNeverCheckedByAssert() {
        noFields().should().haveName("$assertionsDisabled").check(Production.CLASSES);
    }

    @Test
    void staticFieldsAreFinal() {
        fields().that().areStatic().should().beFinal().check(Production.CLASSES);
    }

    /** A vector in an object's field is itself an object: the loop around it runs 10 to 100 times slower. */
    @Test
    void noObjectHoldsAVector() {
        noFields()
                .that()
                .areNotStatic()
                .should()
                .haveRawType(JavaClass.Predicates.assignableTo("jdk.incubator.vector.Vector"))
                .check(Production.CLASSES);
    }

    @Test
    void publicTypesAreClosed() {
        classes().that().arePublic().should(beClosed()).check(Production.CLASSES);
    }

    private static ArchCondition<JavaClass> beClosed() {
        return new ArchCondition<>("be final, sealed, abstract, a record, an enum or an interface") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean closed = type.isInterface()
                        || type.isEnum()
                        || type.isRecord()
                        || type.getModifiers().contains(JavaModifier.FINAL)
                        || type.getModifiers().contains(JavaModifier.ABSTRACT)
                        || type.reflect().isSealed();
                events.add(new SimpleConditionEvent(type, closed, type.getName() + " is open to subclasses"));
            }
        };
    }

    @Test
    void everyPackageIsNullMarked() {
        Set<String> packages = Production.CLASSES.stream()
                .map(JavaClass::getPackageName)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> marked = Production.CLASSES.stream()
                .filter(type -> type.getSimpleName().equals("package-info"))
                .filter(type -> type.isAnnotatedWith(NullMarked.class))
                .map(JavaClass::getPackageName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(packages, marked, "packages with @NullMarked in package-info.java");
    }
}
