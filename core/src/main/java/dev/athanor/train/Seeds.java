package dev.athanor.train;

/**
 * Seeds derived from seeds. Neighbouring numbers must not be handed to a generator as they are: SplittableRandom steps
 * by a constant, so streams whose seeds differ by a multiple of it are one stream, shifted.
 */
public final class Seeds {
    private Seeds() {}

    /** A seed that follows from all of {@code parts} in their order. */
    public static long of(long... parts) {
        long state = 0;
        for (long part : parts) {
            state = mix(state + 0x9E3779B97F4A7C15L + part);
        }
        return state;
    }

    /** The FNV-1a hash of a text, over its UTF-16 units. */
    public static long ofText(String text) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001B3L;
        }
        return hash;
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood, 2014). */
    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return b ^ (b >>> 31);
    }
}
