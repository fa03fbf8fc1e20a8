package dev.athanor.hub;

/**
 * Where a download stands; {@code done} never falls.
 *
 * @param file being fetched
 * @param done bytes of all files that are here, those of earlier downloads too
 * @param total bytes of all files
 * @param bytesPerSecond over the last seconds, 0 before there is a rate
 * @param secondsLeft at that rate, infinite before there is one
 */
public record PullProgress(String file, long done, long total, double bytesPerSecond, double secondsLeft) {}
