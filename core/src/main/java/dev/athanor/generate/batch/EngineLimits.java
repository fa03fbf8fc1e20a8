package dev.athanor.generate.batch;

/**
 * How much is done at once.
 *
 * @param active texts written together
 * @param queued texts that wait; one more is refused
 * @param prefixBytes keys and values kept for prompts that begin alike
 * @param chunk tokens of prompts read, of all that wait together, between two tokens of the texts being written
 */
public record EngineLimits(int active, int queued, long prefixBytes, int chunk) {
    /** 64 texts at once and 64 waiting, 512 MiB of prefixes, 256 tokens of prompts at a time. */
    public static final EngineLimits DEFAULT = new EngineLimits(64, 64, 512L << 20, 256);

    public EngineLimits {
        if (active < 1 || queued < 0 || prefixBytes < 0 || chunk < 2) {
            throw new IllegalArgumentException(
                    "limits: expected active of at least 1, queued and prefix bytes of at least 0, chunk of at least 2; found "
                            + active + ", " + queued + ", " + prefixBytes + ", " + chunk);
        }
    }
}
