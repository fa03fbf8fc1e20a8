package dev.athanor.checkpoint.gguf;

/**
 * The most a GGUF file may ask of its reader.
 *
 * @param tensors most tensors
 * @param keys most metadata entries
 * @param keyBytes most bytes of all keys together; only keys and tensor names are held on the heap
 * @param textBytes longest text
 * @param arrayElements most elements of one array
 */
public record GgufLimits(int tensors, int keys, int keyBytes, int textBytes, int arrayElements) {
    /** Room for every model people publish; opening a hostile file costs less than 64 MB of heap, whatever its size. */
    public static final GgufLimits DEFAULT = new GgufLimits(65_536, 65_536, 4 << 20, 16 << 20, 64 << 20);
}
