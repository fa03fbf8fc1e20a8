package dev.athanor.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The cache that Python's huggingface_hub keeps too: what either has fetched, both find. Uses no network. */
public final class HubCache {
    /** A commit and perhaps an end of line. */
    private static final long LONGEST_REF = 100;

    private final Path root;

    /** @param root folder of {@code models--ORG--NAME} folders */
    public HubCache(Path root) {
        this.root = root;
    }

    /**
     * The folder with the files of a model, where any are here.
     *
     * @param repository {@code ORG/NAME}
     * @param revision a branch, tag or commit
     * @throws HubException where a file of the snapshot is a link out of the model's folder
     */
    public Optional<Path> snapshot(String repository, String revision) {
        return ModelName.parse(repository + "@" + revision).flatMap(this::snapshot);
    }

    /** As {@link #snapshot(String, String)}. */
    public Optional<Path> snapshot(ModelName model) {
        RepositoryFolder folder = new RepositoryFolder(root, model);
        return commit(folder, model.revision())
                .map(folder::snapshot)
                .filter(Files::isDirectory)
                .filter(path -> !files(folder, path).isEmpty());
    }

    /** The commit that a revision named when it was fetched last. */
    static Optional<String> commit(RepositoryFolder folder, String revision) {
        if (ModelName.isCommit(revision)) {
            return Optional.of(revision);
        }
        Path ref = folder.ref(revision);
        try {
            if (!Files.isRegularFile(ref, LinkOption.NOFOLLOW_LINKS) || Files.size(ref) > LONGEST_REF) {
                return Optional.empty();
            }
            return Optional.of(Files.readString(ref).strip()).filter(ModelName::isCommit);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Files of a snapshot, all of which lie inside the model's folder. */
    static List<Path> files(RepositoryFolder folder, Path snapshot) {
        try (Stream<Path> walk = Files.walk(snapshot)) {
            Path home = folder.root().toRealPath();
            if (!snapshot.toRealPath().startsWith(home)) {
                throw outside(snapshot, home);
            }
            List<Path> found = walk.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .filter(Files::exists) // not what was deleted behind a link
                    .sorted()
                    .toList();
            for (Path file : found) {
                if (!file.toRealPath().startsWith(home)) {
                    throw outside(file, home);
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HubException outside(Path file, Path home) {
        return new HubException(file + ": expected a file inside " + home
                + ", found a link that leads out of it; remove the link and pull the model again");
    }
}
