package dev.athanor.checkpoint;

/**
 * The most a file may ask of its reader.
 *
 * @param headerBytes longest safetensors header; the format itself allows 100,000,000
 * @param tensors most tensors in one file
 * @param rank most dimensions of one tensor
 * @param metadataEntries most entries of {@code __metadata__}
 * @param configBytes largest config.json or generation_config.json
 * @param indexBytes largest index of shards
 * @param textBytes largest other text file, such as tokenizer.json
 */
public record Limits(
        int headerBytes,
        int tensors,
        int rank,
        int metadataEntries,
        long configBytes,
        long indexBytes,
        long textBytes) {
    /** Room for every model people publish; a hostile file costs at most some tens of megabytes beyond its own size. */
    public static final Limits DEFAULT = new Limits(100_000_000, 200_000, 8, 50_000, 4L << 20, 64L << 20, 256L << 20);
}
