package dev.athanor.microscope.watch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code watch.jsonl} in the folder of a run: a line that describes the rest, and one JSON object per record. Lines are
 * only added; a resumed run first drops those behind the step it continues from. A crash may cut off the last line,
 * which counts as not written.
 */
public final class WatchFile {
    static final String FORMAT = "athanor-watch";
    static final int VERSION = 1;

    /** A record of a model of 1,000 heads has some 200 KB; nobody watches a run that often. */
    private static final long MOST_BYTES = 1L << 28;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(
                    DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    static final Map<String, String> FIELDS = new TreeMap<>(Map.ofEntries(
            Map.entry("step", "steps done"),
            Map.entry("due", "the step the record was meant for; smaller where it was put off to keep the cost"),
            Map.entry("loss", "mean cross-entropy on the probe batch, nats"),
            Map.entry("lens", "the same for the logit lens on the states before each layer and after the last, nats"),
            Map.entry("norms", "mean length of these states"),
            Map.entry(
                    "heads.induction",
                    "share given, on random tokens repeated, to what followed the same token before"),
            Map.entry("heads.elsewhere", "the same on texts that repeat after other numbers of tokens"),
            Map.entry("heads.previous", "share given to the token before"),
            Map.entry("heads.duplicate", "share given to the same token before"),
            Map.entry("heads.first", "share given to the first token"),
            Map.entry("heads.entropy", "mean entropy of the shares on the probe batch, nats"),
            Map.entry("heads.effect", "loss on the probe batch with the head's mean in its place, less the loss, nats"),
            Map.entry("seconds", "time of this record"),
            Map.entry("watchedSeconds", "time of the records that the cost counts, so far"),
            Map.entry("trainedSeconds", "time of the training steps, so far")));

    private final Path file;

    private WatchFile(Path file) {
        this.file = file;
    }

    static WatchFile in(Path run) {
        return new WatchFile(run.resolve("watch.jsonl"));
    }

    /** Whether the run in {@code directory} is or was watched. */
    public static boolean exists(Path directory) {
        return Files.isRegularFile(in(directory).file);
    }

    /** How the run in {@code directory} is watched. */
    public static WatchSettings settings(Path directory) {
        return read(directory).header().settings();
    }

    /**
     * The records of the run in {@code directory}.
     *
     * @throws IllegalArgumentException when there are none, or the file is not one of these
     */
    public static Timeline read(Path directory) {
        Path file = in(directory).file;
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(directory
                    + ": expected the folder of a run that was watched, found no watch.jsonl; train with --watch");
        }
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new IllegalArgumentException(
                        file + ": expected at most " + MOST_BYTES + " bytes, found " + Files.size(file));
            }
            return parse(file, new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + e, e);
        }
    }

    private static Timeline parse(Path file, String text) {
        // What has no end of line was cut off by a crash.
        String[] lines = text.substring(0, text.lastIndexOf('\n') + 1).split("\n");
        int number = 1;
        try {
            Timeline.Header header = MAPPER.readValue(lines[0], Timeline.Header.class);
            if (!header.format().equals(FORMAT) || header.version() != VERSION) {
                throw new IllegalArgumentException(file + ": expected records of format " + FORMAT + " version "
                        + VERSION + ", found " + header.format() + " version " + header.version());
            }
            List<WatchRecord> records = new ArrayList<>();
            for (; number < lines.length; number++) {
                WatchRecord record = MAPPER.readValue(lines[number], WatchRecord.class);
                requireShape(file, number + 1, header, record);
                records.add(record);
            }
            return new Timeline(header, records);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    file + ": expected what train --watch writes in line " + number + ", found "
                            + e.getOriginalMessage(),
                    e);
        }
    }

    private static void requireShape(Path file, int line, Timeline.Header header, WatchRecord r) {
        long heads = (long) header.layers() * header.heads();
        if (r.heads().size() != heads
                || r.lens().size() != header.layers() + 1
                || r.norms().size() != header.layers() + 1) {
            throw new IllegalArgumentException(file + ": expected " + heads + " heads and " + (header.layers() + 1)
                    + " states in line " + line + ", found " + r.heads().size() + " and "
                    + r.lens().size());
        }
    }

    void begin(Timeline.Header header) {
        replace(MAPPER.writeValueAsString(header) + "\n");
    }

    /** Keeps what was recorded up to {@code step}. */
    void keep(Timeline timeline) {
        StringBuilder kept = new StringBuilder(MAPPER.writeValueAsString(timeline.header())).append('\n');
        timeline.records()
                .forEach(r -> kept.append(MAPPER.writeValueAsString(r)).append('\n'));
        replace(kept.toString());
    }

    void add(WatchRecord record) {
        try {
            Files.writeString(
                    file,
                    MAPPER.writeValueAsString(record) + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** The old file or the new one, whole, whenever the machine stops. */
    private void replace(String text) {
        Path temporary = file.resolveSibling("watch.jsonl.tmp");
        try {
            try (FileChannel out = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private UncheckedIOException unwritable(IOException e) {
        return new UncheckedIOException(
                file + ": cannot be written: " + e + "; free some space or choose another directory", e);
    }
}
