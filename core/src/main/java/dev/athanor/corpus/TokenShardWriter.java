package dev.athanor.corpus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes tokens as {@link TokenShards} reads them: {@code train-00000.bin} and so on, ids of two bytes where the
 * vocabulary allows and of four otherwise, little-endian, and {@code train.json} which says so. Nothing counts until
 * {@link #finish} has written that file.
 */
final class TokenShardWriter implements TokenSink, AutoCloseable {
    /** Small enough for one mapping anywhere, large enough that a big corpus has few files. */
    static final int SHARD_BYTES = 1 << 28;

    private final Path directory;
    private final String split;
    private final int width;
    private final ByteBuffer block;
    private final int shardBytes;
    private final List<Long> shards = new ArrayList<>();
    private FileChannel channel;
    private long rawBytes;

    TokenShardWriter(Path directory, String split, int vocabularySize) {
        this(directory, split, vocabularySize, SHARD_BYTES);
    }

    TokenShardWriter(Path directory, String split, int vocabularySize, int shardBytes) {
        this.directory = directory;
        this.split = split;
        this.width = vocabularySize <= 1 << 16 ? 2 : 4;
        this.shardBytes = shardBytes;
        this.block = ByteBuffer.allocateDirect(Math.min(shardBytes, 1 << 20)).order(ByteOrder.LITTLE_ENDIAN);
        this.channel = next();
    }

    private FileChannel next() {
        Path file = directory.resolve(TokenShards.fileName(split, shards.size()));
        try {
            Files.createDirectories(directory);
            shards.add(0L);
            return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be written: " + e, e);
        }
    }

    @Override
    public void add(int[] ids, long bytes) {
        for (int id : ids) {
            if (width == 2) {
                block.putShort((short) id);
            } else {
                block.putInt(id);
            }
            long inShard = shards.getLast() + 1;
            shards.set(shards.size() - 1, inShard);
            boolean full = inShard * width == shardBytes;
            if (full || !block.hasRemaining()) {
                write();
            }
            if (full) {
                close();
                channel = next();
            }
        }
        rawBytes += bytes;
    }

    private void write() {
        try {
            block.flip();
            while (block.hasRemaining()) {
                channel.write(block);
            }
            block.clear();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    directory.resolve(TokenShards.fileName(split, shards.size() - 1)) + ": cannot be written: " + e, e);
        }
    }

    /** Makes what was added count. */
    void finish() {
        write();
        Path file = directory.resolve(split + ".json");
        try {
            channel.force(true);
            Files.writeString(file, TokenShards.describe(new TokenShards.Description(width, rawBytes, shards)));
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be written: " + e, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": cannot be written: " + e, e);
        }
    }
}
