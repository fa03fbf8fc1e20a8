package dev.athanor.hub;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * What a download asks of the machine, so that tests need not wait, fill a disk or own a network.
 *
 * @param waiting how time passes
 * @param nanoTime a clock, in nanoseconds
 * @param freeSpace bytes left where a folder is
 * @param addresses which addresses a host has
 * @param patience how long a server may be silent
 */
record Surroundings(
        Waiting waiting, LongSupplier nanoTime, FreeSpace freeSpace, Addresses addresses, Duration patience) {
    /** Lets time pass. */
    @FunctionalInterface
    interface Waiting {
        void pause(Duration duration) throws InterruptedException;

        /** As {@link #pause}, turning an interruption into a sentence. */
        default void sleep(Duration duration) {
            try {
                pause(duration);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new HubException("interrupted; run pull again to go on where it stopped", e);
            }
        }
    }

    /** Bytes that can still be written. */
    @FunctionalInterface
    interface FreeSpace {
        long in(Path folder) throws IOException;
    }

    /** The name service. */
    @FunctionalInterface
    interface Addresses {
        List<InetAddress> of(String host) throws UnknownHostException;
    }

    /** This machine. */
    static Surroundings real() {
        return new Surroundings(
                Thread::sleep,
                System::nanoTime,
                folder -> Files.getFileStore(folder).getUsableSpace(),
                host -> List.of(InetAddress.getAllByName(host)),
                Duration.ofSeconds(30));
    }
}
