package dev.athanor.corpus;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Bytes of a file to documents: plain UTF-8 text, or JSON lines with a field of text. */
final class Texts {
    /** Longest document kept as one string; a longer file is cut into documents of this size at line ends. */
    static final int MAX_BYTES = 16 << 20;

    private static final JsonMapper MAPPER = new JsonMapper();

    private Texts() {}

    /** Reads {@code in} to its end; {@code field} holds the text where the file has JSON lines. */
    static void read(String name, InputStream in, String field, Consumer<Document> reader) throws IOException {
        boolean lines = name.endsWith(".jsonl") || name.endsWith(".jsonl.gz");
        byte[] rest = new byte[0];
        long offset = 0;
        int part = 0;
        long line = 0;
        while (true) {
            byte[] block = join(rest, in.readNBytes(MAX_BYTES - rest.length));
            boolean end = block.length < MAX_BYTES;
            int cut = end ? block.length : cut(block);
            if (cut > 0) {
                String text = decode(name, block, cut, offset);
                if (lines) {
                    line = jsonLines(name, text, field, line, reader);
                } else {
                    reader.accept(new Document(part == 0 && end ? name : name + " part " + (part + 1), text));
                }
                part++;
            }
            if (end) {
                return;
            }
            offset += cut;
            rest = Arrays.copyOfRange(block, cut, block.length);
        }
    }

    private static byte[] join(byte[] rest, byte[] more) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(rest.length + more.length);
        out.writeBytes(rest);
        out.writeBytes(more);
        return out.toByteArray();
    }

    /** Just behind the last line end, or where the last whole character ends. */
    private static int cut(byte[] block) {
        for (int i = block.length; i > block.length / 2; i--) {
            if (block[i - 1] == '\n') {
                return i;
            }
        }
        int at = block.length;
        while ((block[at - 1] & 0xC0) == 0x80) {
            at--;
        }
        return at - 1;
    }

    private static String decode(String name, byte[] block, int length, long offset) {
        for (int i = 0; i < length; i++) {
            if (block[i] == 0) {
                throw new CorpusException(name + ": expected text, found a zero byte at byte " + (offset + i)
                        + ", so the file is binary; give a text file");
            }
        }
        ByteBuffer bytes = ByteBuffer.wrap(block, 0, length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new CorpusException(
                    name + ": expected text in UTF-8, found other bytes at byte " + (offset + bytes.position())
                            + "; convert it first, for example with iconv",
                    e);
        }
    }

    /** Returns the number of the last line, {@code before} being that of the line before the text. */
    private static long jsonLines(String name, String text, String field, long before, Consumer<Document> reader) {
        long number = before;
        for (String line : text.split("\n")) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            JsonNode node;
            try {
                node = MAPPER.readTree(line);
            } catch (JacksonException e) {
                throw new CorpusException(
                        name + " line " + number + ": expected a JSON object, found \""
                                + line.substring(0, Math.min(40, line.length())) + "\"",
                        e);
            }
            if (!node.path(field).isString()) {
                throw new CorpusException(name + " line " + number + ": expected a field \"" + field
                        + "\" with text, found the fields " + node.propertyNames()
                        + "; name the right one as in notes.jsonl#field=body");
            }
            reader.accept(
                    new Document(name + " line " + number, node.path(field).asString()));
        }
        return number;
    }
}
