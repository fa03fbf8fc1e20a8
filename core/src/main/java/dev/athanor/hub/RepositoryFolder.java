package dev.athanor.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * One {@code models--ORG--NAME} of the cache: contents in {@code blobs/HASH}, names in {@code snapshots/COMMIT} as
 * links to them, revisions in {@code refs} (huggingface_hub, "Understand caching").
 */
final class RepositoryFolder {
    private final Path root;
    private final Path locks;

    RepositoryFolder(Path cache, ModelName model) {
        this.root = cache.resolve(model.folder());
        this.locks = cache.resolve(".locks").resolve(model.folder());
    }

    Path root() {
        return root;
    }

    Path snapshot(String commit) {
        return root.resolve("snapshots").resolve(commit);
    }

    Path blob(String etag) {
        return root.resolve("blobs").resolve(etag);
    }

    Path partial(String etag) {
        return root.resolve("blobs").resolve(etag + ".incomplete");
    }

    Path lock(String etag) {
        return locks.resolve(etag + ".lock");
    }

    Path ref(String revision) {
        return root.resolve("refs").resolve(revision);
    }

    /** Whether the content is here: bytes reach this name only after they were checked. */
    boolean has(PlannedFile file) {
        try {
            Path blob = blob(file.etag());
            return Files.isRegularFile(blob, LinkOption.NOFOLLOW_LINKS) && Files.size(blob) == file.size();
        } catch (IOException e) {
            return false;
        }
    }

    /** Bytes of an earlier download that did not end. */
    long partialSize(String etag) {
        try {
            Path partial = partial(etag);
            return Files.isRegularFile(partial, LinkOption.NOFOLLOW_LINKS) ? Files.size(partial) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    /** Makes the folders that a download writes to. */
    void create() {
        try {
            Files.createDirectories(root);
            Files.createDirectories(locks);
            inside(root.resolve("blobs"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gives the checked partial file its name. */
    void complete(String etag) throws IOException {
        Files.move(partial(etag), blob(etag), StandardCopyOption.ATOMIC_MOVE);
        force(root.resolve("blobs"));
    }

    /** Makes {@code name} in the snapshot a link to its content. */
    void link(String commit, PlannedFile file) {
        Path link = snapshot(commit).resolve(file.name());
        int depth = file.name().split("/", -1).length;
        Path target = Path.of("../".repeat(depth + 1) + "blobs").resolve(file.etag());
        try {
            inside(snapshot(commit));
            Path folder = inside(parent(link));
            if (Files.isSymbolicLink(link) && Files.readSymbolicLink(link).equals(target)) {
                return;
            }
            Path fresh = fresh(folder, target);
            try {
                Files.createSymbolicLink(fresh, target);
            } catch (UnsupportedOperationException | FileSystemException e) {
                throw new HubException(
                        link + ": expected leave to make symbolic links, found none there; set "
                                + "HF_HOME to a folder on a disk that has them",
                        e);
            }
            Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Remembers which commit a branch or tag named. */
    void remember(String revision, String commit) {
        Path ref = ref(revision);
        try {
            Path folder = inside(parent(ref));
            Path fresh = fresh(folder, ref);
            Files.writeString(fresh, commit);
            Files.move(fresh, ref, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A name nobody else uses, so that two downloads at once replace each other's result by the same. */
    private static Path fresh(Path folder, Path place) throws IOException {
        Path fresh = folder.resolve("." + place.getFileName() + "."
                + ProcessHandle.current().pid() + "." + Thread.currentThread().threadId() + ".new");
        Files.deleteIfExists(fresh);
        return fresh;
    }

    /** Creates {@code folder}; a link among its parents may not lead out of the repository's folder. */
    private Path inside(Path folder) throws IOException {
        Path existing = folder;
        while (!Files.exists(existing, LinkOption.NOFOLLOW_LINKS)) {
            existing = parent(existing);
        }
        if (!existing.toRealPath().startsWith(root.toRealPath())) {
            throw new HubException(folder + ": expected a folder inside " + root + ", found a link to "
                    + existing.toRealPath() + "; remove the link");
        }
        return Files.createDirectories(folder);
    }

    private static Path parent(Path path) {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }

    private static void force(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
