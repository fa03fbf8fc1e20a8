package dev.athanor.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** Hugging Face's Rust library, from its jar and without a network, as the reference for ids. */
final class RustTokenizer implements AutoCloseable {
    private final HuggingFaceTokenizer rust;

    RustTokenizer(String tokenizerJson) {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("RUST_FLAVOR", "cpu");
        System.setProperty(
                "DJL_CACHE_DIR", Path.of("target", "djl").toAbsolutePath().toString());
        try {
            rust = HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(tokenizerJson.getBytes(StandardCharsets.UTF_8)),
                    Map.of("truncation", "false", "padding", "false"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ids with special tokens recognised in the text and none added around it. */
    int[] encode(String text) {
        return ids(text, false);
    }

    /** As {@link #encode} with what the post-processor adds. */
    int[] encodeForModel(String text) {
        return ids(text, true);
    }

    /** The ids alone: everything else of an encoding takes ten times longer to fetch than to make. */
    private int[] ids(String text, boolean around) {
        long encoding = TokenizersLibrary.LIB.encode(rust.getHandle(), text, around);
        try {
            return Arrays.stream(TokenizersLibrary.LIB.getTokenIds(encoding))
                    .mapToInt(Math::toIntExact)
                    .toArray();
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    String decode(int[] ids) {
        return rust.decode(Arrays.stream(ids).asLongStream().toArray(), false);
    }

    @Override
    public void close() {
        rust.close();
    }
}
