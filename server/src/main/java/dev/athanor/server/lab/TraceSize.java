package dev.athanor.server.lab;

import dev.athanor.model.ModelConfig;

/** Memory of a run that can be asked: what is kept of the whole pass, and of the layers somebody looks at. */
final class TraceSize {
    /** Layers whose details are at hand at once. */
    private static final int LAYERS = 4;

    private TraceSize() {}

    /** Bytes that a run over {@code tokens} tokens keeps at most. */
    static long bytes(ModelConfig c, int tokens) {
        long d = c.width();
        long stream = 6 * d + 3L * c.queryWidth() + 3L * c.kvWidth();
        long squares = 2L * c.heads() * tokens;
        long detail = squares + (long) c.heads() * d + 4 * d + 3L * c.feedForwardWidth();
        long floats = tokens * (c.layers() * stream + LAYERS * detail + c.vocabularySize());
        return floats * Float.BYTES;
    }
}
