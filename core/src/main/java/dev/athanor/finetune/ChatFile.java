package dev.athanor.finetune;

import dev.athanor.checkpoint.Checkpoint;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** Conversations of a file of JSON lines, read one after the other: memory holds one line. */
final class ChatFile {
    /** No conversation a model could read whole is longer: 16 MiB are some million tokens. */
    static final int MOST_LINE_BYTES = 16 << 20;

    private ChatFile() {}

    /**
     * Hands over every conversation of {@code file}; empty lines are passed over.
     *
     * @throws FinetuneException where a line is no conversation, naming it
     */
    static void read(Path file, Consumer<Conversation> consumer) {
        if (!Files.isRegularFile(file)) {
            throw new FinetuneException(file + ": expected a file of JSON lines with a conversation each, found "
                    + (Files.exists(file) ? "something that is no file" : "nothing there")
                    + "; name a .jsonl file or tales:");
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            long number = 0;
            Optional<byte[]> line = line(in, file + ":" + (number + 1));
            while (line.isPresent()) {
                number++;
                String where = file + ":" + number;
                String text = text(line.get(), number == 1, where);
                if (!text.isBlank()) {
                    consumer.accept(ChatRecord.parse(text, where));
                }
                line = line(in, file + ":" + (number + 1));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + Checkpoint.describe(e), e);
        }
    }

    private static Optional<byte[]> line(InputStream in, String where) throws IOException {
        int b = in.read();
        if (b < 0) {
            return Optional.empty();
        }
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (b >= 0 && b != '\n') {
            if (line.size() == MOST_LINE_BYTES) {
                throw new FinetuneException(where + ": expected a line of at most " + MOST_LINE_BYTES
                        + " bytes, found a longer one; is this a file of JSON lines?");
            }
            line.write(b);
            b = in.read();
        }
        return Optional.of(line.toByteArray());
    }

    /** A byte-order mark at the very beginning is passed over, as editors on Windows write one. */
    private static String text(byte[] line, boolean first, String where) {
        boolean mark =
                first && line.length >= 3 && line[0] == (byte) 0xEF && line[1] == (byte) 0xBB && line[2] == (byte) 0xBF;
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line, mark ? 3 : 0, line.length - (mark ? 3 : 0)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new FinetuneException(where + ": expected text in UTF-8, found bytes that are not", e);
        }
    }
}
