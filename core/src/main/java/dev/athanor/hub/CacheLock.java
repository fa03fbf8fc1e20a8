package dev.athanor.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/** One download of one file at a time, among all processes of this machine. */
final class CacheLock implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final FileChannel channel;

    private CacheLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Waits until nobody else holds {@code file}; {@code whenWaiting} runs once before. */
    static CacheLock take(Path file, Surroundings.Waiting waiting, Runnable whenWaiting) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        boolean taken = false;
        try {
            boolean told = false;
            while (!tryLock(channel)) {
                if (!told) {
                    told = true;
                    whenWaiting.run();
                }
                waiting.sleep(POLL);
            }
            taken = true;
            return new CacheLock(channel);
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    /** Closing the channel gives the lock back. */
    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // another thread of this process
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
