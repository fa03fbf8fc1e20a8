package dev.athanor.hub;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which files of a repository are fetched: what a model is read from, or what was asked for; never anything that holds
 * code, such as pickles.
 */
final class Wanted {
    private static final Set<String> SMALL = Set.of(
            "config.json",
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "chat_template.jinja",
            "chat_template.json");

    private static final String WEIGHTS = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    /** Data, none of which can run. */
    private static final List<String> DATA =
            List.of(".json", ".jsonl", ".safetensors", ".gguf", ".txt", ".md", ".jinja", ".model");

    /** Weights that are programs for Python's unpickler, or of libraries nobody reads here. */
    private static final List<String> PICKLES = List.of(".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle");

    private Wanted() {}

    /**
     * @param include globs where {@code *} stands for any characters, slashes too, and {@code ?} for one, as Python's
     *     fnmatch has them; empty for what a model is read from
     * @throws HubException where nothing is left, saying why
     */
    static List<RemoteFile> of(List<RemoteFile> files, List<String> include, String where) {
        List<RemoteFile> wanted = include.isEmpty() ? model(files, where) : asked(files, include, where);
        return wanted.stream().filter(file -> ends(file.name(), DATA)).toList();
    }

    private static List<RemoteFile> model(List<RemoteFile> files, String where) {
        Predicate<String> weights = weights(files);
        List<RemoteFile> wanted = files.stream()
                .filter(file -> SMALL.contains(file.name()) || weights.test(file.name()))
                .toList();
        if (wanted.stream().noneMatch(file -> file.name().endsWith(".safetensors"))) {
            throw new HubException(where + ": expected weights as .safetensors, found " + instead(files));
        }
        requireWritable(wanted, where);
        return wanted;
    }

    private static void requireWritable(List<RemoteFile> files, String where) {
        for (RemoteFile file : files) {
            RemoteName.unwritable(file.name()).ifPresent(fault -> {
                throw new HubException(where + ": expected plain relative file names, found " + fault + " in \""
                        + Shown.text(file.name()) + "\"");
            });
        }
    }

    /** The one file, or else the shards of the index: weights beside them are the same once more. */
    private static Predicate<String> weights(List<RemoteFile> files) {
        if (has(files, WEIGHTS)) {
            return WEIGHTS::equals;
        }
        Predicate<String> any = name -> name.indexOf('/') < 0 && (name.endsWith(".safetensors") || name.equals(INDEX));
        Predicate<String> shard = name -> matches("model-*-of-*.safetensors", name);
        boolean sharded = has(files, INDEX) && files.stream().anyMatch(file -> shard.test(file.name()));
        return sharded ? any.and(shard.or(INDEX::equals)) : any;
    }

    private static boolean has(List<RemoteFile> files, String name) {
        return files.stream().anyMatch(file -> file.name().equals(name));
    }

    private static List<RemoteFile> asked(List<RemoteFile> files, List<String> include, String where) {
        List<RemoteFile> matching = files.stream()
                .filter(file -> include.stream().anyMatch(glob -> matches(glob, file.name())))
                .toList();
        requireWritable(matching, where);
        if (matching.stream().noneMatch(file -> ends(file.name(), DATA))) {
            String globs = Shown.text(String.join(" ", include));
            throw new HubException(
                    matching.isEmpty()
                            ? where + ": expected files matching " + globs + ", found none among " + files.size()
                                    + " files; quote globs so that the shell leaves them alone"
                            : where + ": expected data (" + String.join(" ", DATA) + ") matching " + globs
                                    + ", found only files that are never fetched because they can hold code, such as "
                                    + Shown.text(matching.getFirst().name()));
        }
        return matching;
    }

    private static String instead(List<RemoteFile> files) {
        List<String> names = files.stream().map(RemoteFile::name).toList();
        if (names.stream().anyMatch(name -> ends(name, List.of(".gguf")))) {
            return "only .gguf files; choose one with --include, such as --include \"*Q8_0.gguf\"";
        }
        return names.stream()
                .filter(name -> ends(name, PICKLES))
                .findFirst()
                .map(name -> "only pickles such as " + Shown.text(name)
                        + ", which can run code when they are read and are never fetched; look for a conversion to "
                        + "safetensors")
                .orElse("none among " + names.size() + " files; is it a repository of a model?");
    }

    private static boolean ends(String name, List<String> endings) {
        String lower = name.toLowerCase(Locale.ROOT);
        return endings.stream().anyMatch(lower::endsWith);
    }

    /** Two pointers and one place to come back to, so that no glob takes longer than glob × name. */
    static boolean matches(String glob, String name) {
        int g = 0;
        int n = 0;
        int star = -1;
        int resume = 0;
        while (n < name.length()) {
            if (g < glob.length() && glob.charAt(g) == '*') {
                star = g++;
                resume = n;
            } else if (g < glob.length() && (glob.charAt(g) == '?' || glob.charAt(g) == name.charAt(n))) {
                g++;
                n++;
            } else if (star >= 0) {
                g = star + 1;
                n = ++resume;
            } else {
                return false;
            }
        }
        while (g < glob.length() && glob.charAt(g) == '*') {
            g++;
        }
        return g == glob.length();
    }
}
