package dev.athanor.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One file of a repository: fetched into {@code HASH.incomplete}, continued there after every break (RFC 9110, section
 * 14), checked against its hash, forced to the disk and only then given its name.
 */
final class BlobDownload {
    /** A try that came this much further than any before was not in vain. */
    private static final long PROGRESS = 1 << 20;

    private final HubClient client;
    private final Refusals refusals;
    private final Surroundings surroundings;
    private final RepositoryFolder folder;
    private final PlannedFile file;
    private final URI uri;
    private final Meter meter;
    private final Retries retries;

    /** Of the answer that the bytes so far came from; empty where they are of an earlier run. */
    private Optional<String> validator = Optional.empty();

    /** Whether the bytes so far came in more than one answer, which may not fit together. */
    private boolean pieced;

    /** Bytes beyond which a try must come to count; one that begins again and ends where others did does not. */
    private long furthest;

    /** The hub has another version now than planned. */
    static final class Changed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Changed(String message) {
            super(message);
        }
    }

    BlobDownload(
            HubClient client,
            Refusals refusals,
            Surroundings surroundings,
            RepositoryFolder folder,
            PlannedFile file,
            URI uri,
            Meter meter,
            PullListener listener) {
        this.client = client;
        this.refusals = refusals;
        this.surroundings = surroundings;
        this.folder = folder;
        this.file = file;
        this.uri = uri;
        this.meter = meter;
        this.retries = new Retries(surroundings.waiting(), listener, Shown.text(file.name()));
    }

    /** Fetches the file; whoever calls holds its lock. */
    void run() {
        Path partial = folder.partial(file.etag());
        long have = folder.partialSize(file.etag());
        pieced = have > 0;
        furthest = have;
        meter.begin(file.name(), Math.min(have, file.size()));
        try (FileChannel out = FileChannel.open(
                partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            while (!isComplete(out, partial)) {
                try {
                    attempt(out, out.size());
                } catch (IOException e) {
                    if (out.size() - furthest >= PROGRESS) {
                        furthest = out.size();
                        retries.progressed();
                    }
                    retries.failed(e);
                    pieced = true;
                }
            }
            folder.complete(file.etag());
        } catch (IOException e) {
            throw disk(partial, e);
        }
    }

    /** Whether all bytes are here and right; what is wrong is thrown away. */
    private boolean isComplete(FileChannel out, Path partial) throws IOException {
        if (out.size() > file.size()) {
            restart(out);
        }
        if (out.size() < file.size()) {
            return false;
        }
        out.force(true);
        String found = Digests.of(partial, file.etag());
        if (found.equals(file.etag())) {
            return true;
        }
        if (pieced && file.size() > 0) {
            restart(out); // the pieces may be of two versions; whole it gets one more chance
            return false;
        }
        Files.delete(partial);
        throw new HubException(
                name() + ": expected " + (file.etag().length() == 64 ? "SHA-256 " : "git's SHA-1 ") + file.etag()
                        + ", found " + found + "; the file was thrown away, pull again or from another HF_ENDPOINT");
    }

    private void restart(FileChannel out) throws IOException {
        Path partial = folder.partial(file.etag());
        if (!Files.exists(partial, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(partial.toString()); // Python's now, and under its last name
        }
        out.truncate(0);
        pieced = false;
        validator = Optional.empty();
    }

    /** One request for what is missing. Only the network throws an IOException. */
    private void attempt(FileChannel out, long have) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        if (have > 0) {
            headers.put("Range", "bytes=" + have + "-");
            validator.ifPresent(etag -> headers.put("If-Range", etag));
        }
        try (Answer answer = client.get(uri, headers)) {
            int status = answer.status();
            if (status == 416 && have > 0) {
                onDisk(() -> restart(out));
                throw new IOException("the server has no bytes behind " + have);
            }
            if (Refusals.mayPass(status)) {
                throw Retries.Busy.of(answer, refusals.of(answer, file.name()));
            }
            if (status != 200 && !(status == 206 && have > 0)) {
                throw refusals.of(answer, file.name());
            }
            check(answer);
            Optional<String> strong = answer.header("ETag").filter(etag -> !etag.startsWith("W/"));
            boolean goesOn = status == 206 && continues(answer, have) && sameVersion(strong);
            if (have > 0 && !goesOn) {
                onDisk(() -> restart(out));
                if (status == 206) {
                    throw new IOException("the server went on with another place or version of the file");
                }
            }
            validator = strong;
            long at = goesOn ? have : 0;
            length(answer.contentLength(), at);
            copy(answer, out, at);
        }
    }

    private void check(Answer answer) {
        answer.etag()
                .filter(etag -> Digests.isHash(etag) && !etag.equals(file.etag()))
                .ifPresent(etag -> {
                    throw new Changed(name() + ": expected the version " + file.etag() + ", found that the hub has "
                            + etag + " now; pull again when the model is no longer being changed");
                });
        String encoding = answer.header("Content-Encoding").orElse("identity");
        if (!encoding.toLowerCase(Locale.ROOT).equals("identity")) {
            throw new HubException(name() + ": expected the bytes of the file as they are, found them encoded as "
                    + Shown.text(encoding) + "; try another HF_ENDPOINT");
        }
    }

    /**
     * Whether {@code Content-Range: bytes FIRST-LAST/TOTAL} begins where the file ends and means a file of this size.
     */
    private boolean continues(Answer answer, long have) {
        String range = answer.header("Content-Range").orElse("").strip();
        int dash = range.indexOf('-');
        int slash = range.indexOf('/');
        if (!range.startsWith("bytes ") || dash < 0 || slash < dash) {
            return false;
        }
        OptionalLong first = Answer.number(Optional.of(range.substring("bytes ".length(), dash)));
        String total = range.substring(slash + 1);
        return first.equals(OptionalLong.of(have))
                && (total.equals("*") || Answer.number(Optional.of(total)).equals(OptionalLong.of(file.size())));
    }

    private boolean sameVersion(Optional<String> strong) {
        return validator.isEmpty() || strong.isEmpty() || validator.equals(strong);
    }

    private void length(OptionalLong announced, long at) {
        if (announced.isPresent() && announced.getAsLong() > file.size() - at) {
            throw tooLong(at + announced.getAsLong() + " announced");
        }
    }

    private HubException tooLong(String found) {
        return new HubException(name() + ": expected " + file.size() + " bytes, found " + found
                + "; the server contradicts itself, try again later or another HF_ENDPOINT");
    }

    private void copy(Answer answer, FileChannel out, long from) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long at = from;
        try (WatchedBody body = WatchedBody.of(answer, surroundings.patience())) {
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                if (n > file.size() - at) {
                    onDisk(() -> restart(out));
                    throw tooLong("more in the answer");
                }
                ByteBuffer piece = ByteBuffer.wrap(buffer, 0, n);
                long place = at;
                onDisk(() -> write(out, piece, place));
                at += n;
                meter.received(n, at);
            }
        }
        if (at < file.size()) {
            throw new IOException("the connection ended after " + at + " of " + file.size() + " bytes");
        }
    }

    private static void write(FileChannel out, ByteBuffer bytes, long from) throws IOException {
        long at = from;
        while (bytes.hasRemaining()) {
            at += out.write(bytes, at);
        }
    }

    /** A change of a file. */
    @FunctionalInterface
    private interface Change {
        void make() throws IOException;
    }

    /** What the disk refuses is not tried again. */
    private void onDisk(Change change) {
        try {
            change.make();
        } catch (IOException e) {
            throw disk(folder.partial(file.etag()), e);
        }
    }

    private static HubException disk(Path path, IOException e) {
        if (e instanceof ClosedByInterruptException) {
            return new HubException("interrupted; run pull again to go on where it stopped", e);
        }
        if (e instanceof NoSuchFileException) {
            return new HubException(
                    path + ": expected to be alone with it, found that another program has moved it; pull again", e);
        }
        return new HubException(
                path + ": expected to write it, found: " + Shown.text(String.valueOf(e.getMessage()))
                        + "; make room or set HF_HOME to another disk, then pull again to go on where it stopped",
                e);
    }

    private String name() {
        return Shown.text(file.name());
    }
}
