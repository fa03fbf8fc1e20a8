package dev.athanor.corpus;

import dev.athanor.corpus.tales.Tales;
import dev.athanor.corpus.tales.TalesOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Finds the text source a user names: a path or glob, a URL, {@code jdk:}, {@code tales:} or {@code repeats:}. */
public final class TextSources {
    private TextSources() {}

    /**
     * The source called {@code name}.
     *
     * @param cache where downloads are kept
     */
    public static TextSource parse(String name, Path cache) {
        if (name.startsWith("tales:")) {
            return tales(name);
        }
        if (name.startsWith("repeats:")) {
            return new Repeats(name);
        }
        if (name.startsWith("jdk:")) {
            return new JdkSource(Path.of(System.getProperty("java.home")), name.substring("jdk:".length()));
        }
        if (name.startsWith("http://") || name.startsWith("https://")) {
            return new UrlSource(name, cache);
        }
        return new FileSource(name);
    }

    /** The sources called {@code names}, one after the other; downloads are kept in the user's cache folder. */
    public static TextSource named(List<String> names) {
        Path cache = Path.of(System.getProperty("user.home"), ".cache", "athanor");
        return all(names.stream().map(name -> parse(name, cache)).toList());
    }

    /** Several sources one after the other. */
    public static TextSource all(List<TextSource> sources) {
        if (sources.size() == 1) {
            return sources.getFirst();
        }
        for (TextSource source : sources) {
            if (source.exampleLength().isPresent()) {
                throw new CorpusException(source.name()
                        + ": expected it alone, for its examples must not run into other text, found "
                        + sources.size() + " sources; give one --data");
            }
        }
        return new TextSource() {
            @Override
            public void read(Consumer<Document> reader) {
                sources.forEach(source -> source.read(reader));
            }

            @Override
            public String name() {
                return String.join(" + ", sources.stream().map(TextSource::name).toList());
            }
        };
    }

    /** {@code tales:}, or with settings {@code tales:seed=7,stories=6000}. */
    private static TextSource tales(String name) {
        TalesOptions options = options(name);
        return new TextSource() {
            @Override
            public void read(Consumer<Document> reader) {
                for (int i = 0; i < options.stories(); i++) {
                    reader.accept(new Document(
                            "tale " + i, Tales.story(options.seed(), i).text()));
                }
            }

            @Override
            public String name() {
                return name;
            }
        };
    }

    private static TalesOptions options(String name) {
        long seed = 1;
        int stories = 6000;
        for (String setting : name.substring("tales:".length()).split(",", -1)) {
            String[] parts = setting.split("=", 2);
            if (setting.isEmpty()) {
                continue;
            }
            try {
                switch (parts[0]) {
                    case "seed" -> seed = Long.parseLong(parts[1]);
                    case "stories" -> stories = Integer.parseInt(parts[1]);
                    default -> throw new CorpusException(sentence(name, setting));
                }
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
                throw new CorpusException(sentence(name, setting), e);
            }
        }
        if (stories < 1) {
            throw new CorpusException(name + ": expected stories of at least 1, found " + stories);
        }
        return new TalesOptions(seed, stories);
    }

    private static String sentence(String name, String setting) {
        return name + ": expected seed=NUMBER or stories=NUMBER, found \"" + setting
                + "\"; write tales:seed=7,stories=6000";
    }
}
