package dev.athanor.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.launcher.LauncherRoom.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The launcher script finds the right Java and then becomes it. */
class LauncherTest {
    private LauncherRoom room;
    private Path old;

    @BeforeEach
    void aMachineWithAnOldJavaOnThePath(@TempDir Path root) throws IOException {
        room = new LauncherRoom(root.toRealPath());
        old = room.jdk(room.systemJdks().resolve("java-17"), "17.0.15");
        room.javaOnPath(old);
    }

    @Test
    void findsASuitableJdkThoughAnOlderOneIsOnThePath() throws Exception {
        Path jdk = room.jdk(room.systemJdks().resolve("jdk of 25"), "25.0.3");
        Outcome outcome = room.run(Map.of("JAVA_HOME", old.toString()));
        assertTrue(outcome.output().startsWith("home " + jdk + "\n"), outcome.toString());
    }

    @Test
    void javaHomeComesBeforeTheUsualFolders() throws Exception {
        room.jdk(room.systemJdks().resolve("jdk-25"), "25.0.3");
        Path mine = room.jdk(room.root.resolve("my jdk"), "25.0.4");
        Outcome outcome = room.run(Map.of("JAVA_HOME", mine.toString()));
        assertTrue(outcome.output().startsWith("home " + mine + "\n"), outcome.toString());
    }

    @Test
    void looksWhereSdkmanInstalls() throws Exception {
        Path jdk = room.jdk(room.home.resolve(".sdkman/candidates/java/25.0.3-tem"), "25.0.3");
        Outcome outcome = room.run(Map.of());
        assertTrue(outcome.output().startsWith("home " + jdk + "\n"), outcome.toString());
    }

    @Test
    void saysInOneSentenceWhatToInstall() throws Exception {
        Outcome outcome = room.run(Map.of(), "quickstart");
        assertEquals(
                new Outcome(
                        1,
                        "",
                        "athanor: JDK 25.0.3 or newer (below 26) is needed and was not found in"
                                + " JAVA_HOME, PATH or the usual folders (java on the PATH is 17.0.15);"
                                + " install it from https://adoptium.net/temurin/releases/?version=25"
                                + " or set JAVA_HOME to it.\n",
                        outcome.processId()),
                outcome);
    }

    @ParameterizedTest
    @CsvSource({
        "17.0.15, false", "24.0.9, false", "25, false", "25.0.1, false", "25.0.2, false",
        "25.0.2.5, false", "25.0.3, true", "25.0.3.1, true", "25.0.9, true", "25.0.10, true",
        "25.1.0, true", "26, false", "26.0.3, false", "125.0.3, false", "'', false"
    })
    void onlyVersionsInRangeAreUsed(String version, boolean used) throws Exception {
        Path jdk = room.jdk(room.root.resolve("jdk"), version);
        Outcome outcome = room.run(Map.of("JAVA_HOME", jdk.toString()));
        assertEquals(used ? 42 : 1, outcome.status(), outcome.toString());
    }

    @Test
    void asksJavaWhereThereIsNoReleaseFile() throws Exception {
        Path jdk = room.jdk(room.root.resolve("jdk"), "");
        Files.delete(jdk.resolve("release"));
        LauncherRoom.executable(jdk.resolve("bin/java"), """
                #!/bin/sh
                [ "$1" = -version ] || { echo ran; exit 0; }
                echo 'openjdk version "25.0.3" 2026-04-21 LTS' >&2
                """);
        assertEquals("ran\n", room.run(Map.of("JAVA_HOME", jdk.toString())).output());
    }

    @Test
    void becomesJavaWithArgumentsStreamsAndStatusUntouched() throws Exception {
        room.jdk(room.systemJdks().resolve("jdk-25"), "25.0.3");
        Outcome outcome = room.run(Map.of(), "next", "--prompt", "two  words", "", "*", "\"q\" $HOME");
        String jar = room.project.resolve("cli/target/athanor-cli.jar").toString();
        assertEquals(42, outcome.status());
        assertEquals("from java\n", outcome.errors());
        assertTrue(outcome.output().contains("process " + outcome.processId() + "\n"), outcome.toString());
        assertTrue(outcome.output().contains("argument <--add-modules=jdk.incubator.vector>\n"), outcome.toString());
        assertTrue(
                outcome.output()
                        .endsWith("argument <-jar>\nargument <"
                                + jar
                                + ">\nargument <next>\nargument <--prompt>\n"
                                + "argument <two  words>\nargument <>\nargument <*>\n"
                                + "argument <\"q\" $HOME>\ntyped text\n"),
                outcome.toString());
    }

    @Test
    void worksThroughALink() throws Exception {
        room.jdk(room.systemJdks().resolve("jdk-25"), "25.0.3");
        Path link = Files.createSymbolicLink(room.home.resolve("athanor"), Path.of("../a clone/athanor"));
        Outcome outcome = room.run(link, Map.of());
        String jar = room.project.resolve("cli/target/athanor-cli.jar").toString();
        assertTrue(outcome.output().contains("<" + jar + ">"), outcome.toString());
    }

    @Test
    void buildsOnFirstUseAndAfterAChangeOnly() throws Exception {
        Path jdk = room.jdk(room.systemJdks().resolve("jdk-25"), "25.0.3");
        sources();
        room.command(
                "mvn",
                "#!/bin/sh\necho noise\necho \"$JAVA_HOME $PWD\" >>'" + room.root.resolve("builds") + "'\n"
                        + ": >cli/target/athanor-cli.jar\n");
        Outcome first = room.run(Map.of());
        assertEquals(
                "athanor: building with " + jdk
                        + " (a minute the first time, while Maven fetches libraries)\nfrom java\n",
                first.errors());
        assertFalse(first.output().contains("noise"), first.toString());
        assertEquals("from java\n", room.run(Map.of()).errors());
        String build = jdk + " " + room.project + "\n";
        assertEquals(build, Files.readString(room.root.resolve("builds")));

        Thread.sleep(20); // the clock of the file system must move
        Files.writeString(room.project.resolve("core/src/main/New.java"), "");
        room.run(Map.of());
        room.run(Map.of());
        assertEquals(build + build, Files.readString(room.root.resolve("builds")));
    }

    @Test
    void whatWasBuiltDecidesWhoseSourcesAreCompared() throws Exception {
        room.jdk(room.systemJdks().resolve("jdk-25"), "25.0.3");
        sources();
        Path target = room.project.resolve("cli/target");
        Files.createDirectories(target);
        Files.writeString(target.resolve("athanor-cli.jar"), "");
        room.command("mvn", "#!/bin/sh\nprintf '%s\\n' \"$*\" >>'" + room.root.resolve("builds") + "'\n");
        Path built = target.resolve("launcher-built");
        for (String parts : List.of("", "cli\n", "cli,onednn\n")) { // by an earlier launcher, and without a folder
            Files.writeString(built, parts);
            assertEquals("from java\n", room.run(Map.of()).errors(), parts);
        }
        Files.createDirectories(room.project.resolve("onednn/src/main"));
        Thread.sleep(20); // the clock of the file system must move
        Files.writeString(built, "cli\n");
        Thread.sleep(20);
        Files.writeString(room.project.resolve("onednn/pom.xml"), "");
        assertEquals("from java\n", room.run(Map.of()).errors(), "not built, not compared");
        Files.writeString(built, "cli,onednn\n");
        Thread.sleep(20);
        Files.writeString(room.project.resolve("onednn/src/main/New.java"), "");
        assertTrue(room.run(Map.of()).errors().startsWith("athanor: building with "));
        assertTrue(Files.readString(room.root.resolve("builds")).contains(" package\n"));
    }

    @Test
    void aCacheIsMadeOnceForEveryJdkAndUsedWithTheSameOptions() throws Exception {
        Path jdk = room.jdk(room.systemJdks().resolve("jdk-25"), "25.0.3");
        Path target = Files.createDirectories(room.project.resolve("cli/target"));
        Files.writeString(target.resolve("athanor-cli.jar"), "");
        Thread.sleep(20); // the clock of the file system must move
        Outcome first = room.run(Map.of());
        assertFalse(first.output().contains("SharedArchiveFile"), first.toString());
        assertEquals("from java\n", first.errors());
        Path cache = target.resolve("athanor.jsa");
        awaitFile(cache);
        String used = "argument <-XX:SharedArchiveFile=" + cache + ">\n";
        Outcome second = room.run(Map.of(), "next");
        assertTrue(second.output().contains(used), second.toString());
        assertEquals("from java\n", second.errors());
        String rehearsal = Files.readString(room.home.resolve("rehearsals"));
        List<String> options = second.output()
                .lines()
                .dropWhile(line -> !line.startsWith("argument"))
                .takeWhile(line -> !line.contains("SharedArchiveFile"))
                .map(line -> line.substring("argument <".length(), line.length() - 1))
                .toList();
        assertTrue(
                rehearsal.startsWith(String.join(" ", options) + " -Xshare:auto -XX:DumpLoadedClassList="),
                rehearsal + options);
        assertTrue(
                rehearsal.contains(String.join(" ", options) + " -Xshare:dump -XX:SharedClassListFile="),
                rehearsal + options);
        assertEquals(2, rehearsal.lines().count(), rehearsal);

        Path other = room.jdk(room.root.resolve("other"), "25.0.4");
        Outcome third = room.run(Map.of("JAVA_HOME", other.toString()));
        assertFalse(third.output().contains("SharedArchiveFile="), third.toString());
        assertEquals("from java\n", third.errors());
        awaitFile(cache);
        assertTrue(room.run(Map.of("JAVA_HOME", other.toString())).output().contains(used));
        assertEquals(
                4, Files.readString(room.home.resolve("rehearsals")).lines().count());
        assertTrue(Files.exists(jdk));
    }

    @Test
    void aFolderThatCannotBeWrittenIsNoError() throws Exception {
        room.jdk(room.systemJdks().resolve("jdk-25"), "25.0.3");
        // A folder in the place of the file that says who made the cache: even the administrator cannot write it.
        Files.createDirectories(room.project.resolve("cli/target/athanor.jsa.maker/taken"));
        for (int start = 0; start < 2; start++) {
            Outcome outcome = room.run(Map.of());
            assertEquals("from java\n", outcome.errors());
            assertEquals(42, outcome.status());
            assertFalse(outcome.output().contains("SharedArchiveFile"), outcome.toString());
        }
    }

    private static void awaitFile(Path file) throws InterruptedException {
        for (int waited = 0; !Files.exists(file); waited += 20) {
            assertTrue(waited < 20_000, file + ": not made");
            Thread.sleep(20);
        }
    }

    @Test
    void aFailedBuildShowsItsLogAndStops() throws Exception {
        room.jdk(room.systemJdks().resolve("jdk-25"), "25.0.3");
        sources();
        room.command("mvn", "#!/bin/sh\necho 'it does not compile'\nexit 1\n");
        for (int attempt = 0; attempt < 2; attempt++) {
            Outcome outcome = room.run(Map.of());
            assertEquals(1, outcome.status(), outcome.toString());
            assertEquals("", outcome.output());
            assertTrue(
                    outcome.errors().contains("\nit does not compile\nathanor: the build failed"), outcome.toString());
        }
    }

    private void sources() throws IOException {
        for (String folder : new String[] {"core/src/main", "microscope/src/main", "server/src/main", "cli/src/main"}) {
            Files.createDirectories(room.project.resolve(folder));
        }
        for (String pom :
                new String[] {"pom.xml", "core/pom.xml", "microscope/pom.xml", "server/pom.xml", "cli/pom.xml"}) {
            Files.writeString(room.project.resolve(pom), "");
        }
    }
}
