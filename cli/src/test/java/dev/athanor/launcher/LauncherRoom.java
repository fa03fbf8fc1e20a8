package dev.athanor.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A machine of its own for the launcher script: a copy of the script whose system folders lie below a temporary one, a
 * home, a PATH, and JDKs that only print what they were asked.
 */
final class LauncherRoom {
    /** What one run of the script gave. */
    record Outcome(int status, String output, String errors, long processId) {}

    final Path root;
    final Path home;
    final Path project;
    final Path script;
    private final Path bin;

    LauncherRoom(Path root) throws IOException {
        this.root = root;
        home = Files.createDirectories(root.resolve("home of a person"));
        bin = Files.createDirectories(root.resolve("bin"));
        project = Files.createDirectories(root.resolve("a clone"));
        Path system = Files.createDirectories(root.resolve("system"));
        String text = Files.readString(Path.of("..", "athanor"));
        script = project.resolve("athanor");
        executable(script, text.replaceAll("(?m)^        /", "        " + system + "/"));
    }

    Path systemJdks() {
        return root.resolve("system/usr/lib/jvm");
    }

    /** A JDK whose java prints its home, its process and its arguments, and exits with 42. */
    Path jdk(Path place, String version) throws IOException {
        Files.createDirectories(place.resolve("bin"));
        Files.writeString(place.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        executable(place.resolve("bin/javac"), "#!/bin/sh\n");
        executable(place.resolve("bin/java"), """
                #!/bin/sh
                case $* in
                    *-XX:DumpLoadedClassList=* | *-Xshare:dump*)
                        echo "$*" >>"$HOME/rehearsals"
                        for argument; do
                            case $argument in
                                -XX:DumpLoadedClassList=* | -XX:SharedArchiveFile=*) : >"${argument#*=}" ;;
                            esac
                        done
                        exit 0
                        ;;
                esac
                echo "home $(dirname "$(dirname "$0")")"
                echo "process $$"
                for argument; do echo "argument <$argument>"; done
                cat
                echo "from java" >&2
                exit 42
                """);
        return place;
    }

    /** Puts a command on the PATH. */
    void command(String name, String text) throws IOException {
        executable(bin.resolve(name), text);
    }

    /** Makes java on the PATH that of a JDK. */
    void javaOnPath(Path jdk) throws IOException {
        Files.createSymbolicLink(bin.resolve("java"), jdk.resolve("bin/java"));
    }

    Outcome run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        return run(script, environment, arguments);
    }

    Outcome run(Path command, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(command.toString()));
        line.addAll(List.of(arguments));
        Path input = Files.writeString(root.resolve("in"), "typed text\n");
        Path output = root.resolve("out");
        Path errors = root.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(home.toFile())
                .redirectInput(input.toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile());
        builder.environment().clear();
        builder.environment().put("HOME", home.toString());
        builder.environment().put("PATH", bin + ":/usr/bin:/bin");
        builder.environment().putAll(environment);
        Process process = builder.start();
        int status = process.waitFor();
        return new Outcome(
                status,
                Files.readString(output, StandardCharsets.UTF_8),
                Files.readString(errors, StandardCharsets.UTF_8),
                process.pid());
    }

    static void executable(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
