package dev.athanor.corpus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tokens in files that are mapped into memory, so that a corpus may be larger than the heap and than the machine's
 * memory. {@code SPLIT.json} gives the width of an id in bytes, the length of the text and the tokens of each shard;
 * the shards {@code SPLIT-00000.bin}, … hold nothing but little-endian ids, as nanoGPT's files do.
 */
public final class TokenShards implements TokenStore {
    private static final ValueLayout.OfShort TWO = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt FOUR = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final Pattern OURS = Pattern.compile("(train|validation)(-\\d{5}\\.bin|\\.json)");
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(
                    DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    /**
     * @param width bytes of an id, 2 or 4
     * @param rawBytes UTF-8 bytes of the text
     * @param shards tokens of each shard; all but the last are equally long
     */
    record Description(int width, long rawBytes, List<Long> shards) {
        Description {
            shards = List.copyOf(shards);
            if ((width != 2 && width != 4) || rawBytes < 0 || shards.isEmpty()) {
                throw new CorpusException("expected ids of 2 or 4 bytes and at least one shard, found width=" + width
                        + ", rawBytes=" + rawBytes + ", shards=" + shards);
            }
        }
    }

    private final Description description;
    private final List<MemorySegment> shards;
    private final long perShard;
    private final long size;

    private TokenShards(Description description, List<MemorySegment> shards) {
        this.description = description;
        this.shards = List.copyOf(shards);
        this.perShard = description.shards().getFirst();
        this.size = description.shards().stream().mapToLong(Long::longValue).sum();
    }

    static String fileName(String split, int shard) {
        return String.format(Locale.ROOT, "%s-%05d.bin", split, shard);
    }

    static String describe(Description description) {
        return MAPPER.writeValueAsString(description) + "\n";
    }

    /**
     * Maps the shards of {@code split} ({@code train} or {@code validation}) below {@code directory}. The mapping ends
     * when the object is collected.
     */
    public static TokenShards open(Path directory, String split) {
        Path file = directory.resolve(split + ".json");
        try {
            Description description = MAPPER.readValue(Files.readString(file), Description.class);
            List<MemorySegment> shards = new ArrayList<>();
            for (int i = 0; i < description.shards().size(); i++) {
                shards.add(map(directory.resolve(fileName(split, i)), description, i));
            }
            return new TokenShards(description, shards);
        } catch (JacksonException e) {
            throw new CorpusException(
                    file + ": expected the description of token shards, found " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + e, e);
        }
    }

    /** Deletes the shards below {@code directory}, whole or cut short, and the folder when nothing else is in it. */
    public static void delete(Path directory) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> all = files.toList();
            List<Path> ours = all.stream()
                    .filter(file -> OURS.matcher(file.getFileName().toString()).matches())
                    .toList();
            for (Path file : ours) {
                Files.delete(file);
            }
            if (ours.size() == all.size()) {
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": cannot be deleted: " + e, e);
        }
    }

    private static MemorySegment map(Path shard, Description description, int number) throws IOException {
        long bytes = description.shards().get(number) * description.width();
        boolean last = number == description.shards().size() - 1;
        try (FileChannel channel = FileChannel.open(shard)) {
            if (channel.size() != bytes
                    || (!last
                            && !description
                                    .shards()
                                    .get(number)
                                    .equals(description.shards().getFirst()))) {
                throw new CorpusException(shard + ": expected " + bytes + " bytes ("
                        + description.shards().get(number)
                        + " tokens of " + description.width() + " bytes), found " + channel.size()
                        + "; begin the run again in another directory");
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, Arena.ofAuto());
        }
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long rawBytes() {
        return description.rawBytes();
    }

    @Override
    public void copy(long from, int[] out, int at, int count) {
        long token = from;
        for (int done = 0; done < count; ) {
            MemorySegment shard = shards.get((int) (token / perShard));
            long inShard = token % perShard;
            int run = (int) Math.min(count - done, shard.byteSize() / description.width() - inShard);
            for (int i = 0; i < run; i++) {
                long index = inShard + i;
                out[at + done + i] =
                        description.width() == 2 ? shard.get(TWO, 2 * index) & 0xFFFF : shard.get(FOUR, 4 * index);
            }
            done += run;
            token += run;
        }
    }
}
