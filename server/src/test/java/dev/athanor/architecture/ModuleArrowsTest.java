package dev.athanor.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** core, microscope, server: each uses those before it and none behind it, and packages have no cycles. */
class ModuleArrowsTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPaths(
                    Path.of("..", "core", "target", "classes"),
                    Path.of("..", "microscope", "target", "classes"),
                    Path.of("target", "classes"));

    @Test
    void theMicroscopeKnowsNoServer() {
        noClasses()
                .that()
                .resideInAPackage("dev.athanor.microscope..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.athanor.server..", "io.helidon..")
                .check(CLASSES);
    }

    @Test
    void coreKnowsNeither() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.athanor.microscope..", "dev.athanor.server..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.athanor.microscope..", "dev.athanor.server..")
                .check(CLASSES);
    }

    @Test
    void packagesOfTheMicroscopeHaveNoCycles() {
        slices().matching("dev.athanor.microscope.(*)..")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }
}
