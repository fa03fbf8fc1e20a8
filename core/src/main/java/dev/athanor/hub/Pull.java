package dev.athanor.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Fetches a model from a Hugging Face hub into the cache that Python uses. Files appear in the snapshot when all of
 * them are complete and checked; an interrupted download goes on where it stopped.
 */
public final class Pull {
    /** Times a file may change while it is fetched. */
    private static final int MOST_CHANGES = 3;

    private final HubSettings settings;
    private final ModelName model;
    private final List<String> include;
    private final PullListener listener;
    private final Surroundings surroundings;
    private final RepositoryFolder folder;
    private final Refusals refusals;

    Pull(
            HubSettings settings,
            ModelName model,
            List<String> include,
            PullListener listener,
            Surroundings surroundings) {
        this.settings = settings;
        this.model = model;
        this.include = List.copyOf(include);
        this.listener = listener;
        this.surroundings = surroundings;
        this.folder = new RepositoryFolder(settings.cache(), model);
        this.refusals = new Refusals(settings, model);
    }

    /**
     * Fetches what is missing of a model.
     *
     * @param include globs of the files wanted, where {@code *} stands for any characters; empty for what a model is
     *     read from
     * @throws HubException where the model cannot be fetched whole; the sentence says what to do
     */
    public static PullResult run(HubSettings settings, ModelName model, List<String> include, PullListener listener) {
        return new Pull(settings, model, include, listener, Surroundings.real()).run();
    }

    PullResult run() {
        if (settings.offline()) {
            return cached();
        }
        try (HubClient client = new HubClient(settings, surroundings)) {
            Listing listing = list(client);
            List<RemoteFile> wanted = Wanted.of(listing.files(), include, model.repository());
            Map<PlannedFile, RemoteFile> plan = new LinkedHashMap<>();
            for (RemoteFile file : wanted) {
                plan.put(plan(client, listing.commit(), file), file);
            }
            return fetch(client, listing, plan);
        }
    }

    private PullResult cached() {
        Path snapshot = new HubCache(settings.cache())
                .snapshot(model)
                .orElseThrow(() -> new HubException(
                        model.repository() + ": expected revision " + model.revision() + " in " + settings.cache()
                                + " because HF_HUB_OFFLINE is set, found none; unset it to fetch the model"));
        List<PulledFile> files = new ArrayList<>();
        try {
            for (Path file : HubCache.files(folder, snapshot)) {
                String etag = String.valueOf(file.toRealPath().getFileName());
                String name = snapshot.relativize(file).toString().replace('\\', '/');
                boolean matches = include.isEmpty() || include.stream().anyMatch(glob -> Wanted.matches(glob, name));
                if (matches && Digests.isHash(etag)) {
                    files.add(new PulledFile(name, Files.size(file), etag, true));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        files.forEach(file -> listener.done(file, 0));
        return new PullResult(model, String.valueOf(snapshot.getFileName()), snapshot, files, 0);
    }

    private Listing list(HubClient client) {
        URI uri = client.address("/api/models/" + model.repository() + "/revision/"
                + RemoteName.segment(model.revision()) + "?blobs=true");
        byte[] json = new Retries(surroundings.waiting(), listener, model.repository()).call(() -> {
            try (Answer answer = client.get(uri, Map.of("Accept", "application/json"))) {
                accept(answer, "");
                return body(answer);
            }
        });
        Listing listing = Listing.read(json, model.repository());
        if (ModelName.isCommit(model.revision()) && !listing.commit().equals(model.revision())) {
            throw new HubException(model.repository() + ": expected commit " + model.revision() + ", found "
                    + listing.commit() + "; is HF_ENDPOINT the address of a hub?");
        }
        return listing;
    }

    private void accept(Answer answer, String what) throws IOException {
        if (Refusals.mayPass(answer.status())) {
            throw Retries.Busy.of(answer, refusals.of(answer, what));
        }
        if (answer.status() / 100 != 2
                && !(answer.status() / 100 == 3 && answer.linkedEtag().isPresent())) {
            throw refusals.of(answer, what);
        }
    }

    private byte[] body(Answer answer) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[1 << 16];
        try (WatchedBody body = WatchedBody.of(answer, surroundings.patience())) {
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                bytes.write(buffer, 0, n);
                if (bytes.size() > Listing.MOST_BYTES) {
                    throw new HubException(model.repository() + ": expected a list of files of at most "
                            + Listing.MOST_BYTES + " bytes, found more; is HF_ENDPOINT the address of a hub?");
                }
            }
        }
        return bytes.toByteArray();
    }

    private URI address(HubClient client, String commit, String name) {
        return client.address("/" + model.repository() + "/resolve/" + commit + "/" + RemoteName.encoded(name));
    }

    /** Size and hash from the list, else from the file's own headers. */
    private PlannedFile plan(HubClient client, String commit, RemoteFile file) {
        if (file.size().isPresent() && file.etag().isPresent()) {
            return new PlannedFile(
                    file.name(), file.size().getAsLong(), file.etag().get());
        }
        return confirm(client, commit, file);
    }

    /** What the file's own headers say, where the list does not say otherwise. */
    private PlannedFile confirm(HubClient client, String commit, RemoteFile file) {
        PlannedFile told = ask(client, commit, file.name());
        String listed = file.etag().orElse(told.etag());
        if (file.size().orElse(told.size()) != told.size() || !listed.equals(told.etag())) {
            throw new HubException(Shown.text(file.name()) + ": expected "
                    + file.size().orElse(told.size()) + " bytes with hash " + listed + " as listed, found "
                    + told.size()
                    + " bytes with hash " + told.etag()
                    + " at the file; the server contradicts itself, try again later");
        }
        return told;
    }

    private PlannedFile ask(HubClient client, String commit, String name) {
        URI uri = address(client, commit, name);
        return new Retries(surroundings.waiting(), listener, Shown.text(name)).call(() -> {
            try (Answer answer = client.head(uri)) {
                accept(answer, name);
                String said = answer.commit().orElse(commit);
                if (!said.equals(commit)) {
                    throw new HubException(Shown.text(name) + ": expected it of commit " + commit + ", found commit "
                            + Shown.text(said) + "; is HF_ENDPOINT the address of a hub?");
                }
                Optional<String> etag = answer.etag().filter(Digests::isHash);
                long size = answer.linkedSize().orElse(answer.contentLength().orElse(-1));
                if (etag.isEmpty() || size < 0) {
                    throw new HubException(
                            Shown.text(name) + ": expected its size and hash in the headers X-Linked-Size "
                                    + "and X-Linked-Etag or Content-Length and ETag, found none; is HF_ENDPOINT the address of a hub?");
                }
                return new PlannedFile(name, size, etag.get());
            }
        });
    }

    private PullResult fetch(HubClient client, Listing listing, Map<PlannedFile, RemoteFile> plan) {
        folder.create();
        requireSpace(plan.keySet());
        long total = 0;
        for (PlannedFile file : plan.keySet()) {
            total = Math.addExact(total, file.size());
        }
        Meter meter = new Meter(total, surroundings.nanoTime(), listener);
        List<PlannedFile> complete = new ArrayList<>();
        List<PulledFile> files = new ArrayList<>();
        for (Map.Entry<PlannedFile, RemoteFile> entry : plan.entrySet()) {
            long began = surroundings.nanoTime().getAsLong();
            Fetched fetched = fetchOne(client, listing.commit(), entry.getKey(), entry.getValue(), meter);
            complete.add(fetched.file());
            PulledFile pulled = new PulledFile(
                    fetched.file().name(), fetched.file().size(), fetched.file().etag(), fetched.cached());
            files.add(pulled);
            listener.done(pulled, (surroundings.nanoTime().getAsLong() - began) / 1e9);
        }
        // Names only now: a snapshot never shows half a model.
        complete.forEach(file -> folder.link(listing.commit(), file));
        if (!ModelName.isCommit(model.revision())) {
            folder.remember(model.revision(), listing.commit());
        }
        return new PullResult(model, listing.commit(), folder.snapshot(listing.commit()), files, meter.received());
    }

    private void requireSpace(Set<PlannedFile> plan) {
        long missing = 0;
        for (PlannedFile file : plan) {
            if (!folder.has(file)) {
                missing = Math.addExact(missing, file.size() - Math.min(file.size(), folder.partialSize(file.etag())));
            }
        }
        try {
            long free = surroundings.freeSpace().in(folder.root());
            if (free < missing) {
                throw new HubException(settings.cache() + ": expected room for " + Shown.bytes(missing) + ", found "
                        + Shown.bytes(free) + "; make room or set HF_HOME to another disk");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file in the cache. */
    private record Fetched(PlannedFile file, boolean cached) {}

    private Fetched fetchOne(HubClient client, String commit, PlannedFile planned, RemoteFile listed, Meter meter) {
        PlannedFile file = planned;
        for (int changes = 0; ; changes++) {
            try {
                boolean cached = fetchPlanned(client, commit, file, meter);
                meter.end(file.size());
                return new Fetched(file, cached);
            } catch (BlobDownload.Changed e) {
                if (changes == MOST_CHANGES) {
                    throw new HubException(String.valueOf(e.getMessage()), e);
                }
                listener.note(file.name() + ": the hub has another version now; beginning again");
                PlannedFile changed = confirm(client, commit, listed);
                meter.replan(changed.size() - file.size());
                file = changed;
            }
        }
    }

    @SuppressWarnings("try") // the lock is held, not used
    private boolean fetchPlanned(HubClient client, String commit, PlannedFile file, Meter meter) {
        if (folder.has(file)) {
            return true;
        }
        Runnable waits = () -> listener.note(Shown.text(file.name()) + ": waiting for another download of it");
        try (CacheLock lock = CacheLock.take(folder.lock(file.etag()), surroundings.waiting(), waits)) {
            if (folder.has(file)) {
                return true;
            }
            URI uri = address(client, commit, file.name());
            new BlobDownload(client, refusals, surroundings, folder, file, uri, meter, listener).run();
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
