package dev.athanor.corpus;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.tokenizer.CharTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenShardsTest {
    private static final long SEED = 11;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {65_536, 65_537, 200_000})
    void mappedTokensAreThoseThatWereWrittenAcrossShards(int vocabulary) {
        int[] ids = new Random(SEED).ints(10_000, 0, vocabulary).toArray();
        ids[17] = vocabulary - 1;
        Path directory = folder.resolve("tokens");
        try (TokenShardWriter writer = new TokenShardWriter(directory, "train", vocabulary, 4096)) {
            for (int at = 0; at < ids.length; at += 700) {
                writer.add(java.util.Arrays.copyOfRange(ids, at, Math.min(ids.length, at + 700)), 3);
            }
            writer.finish();
        }
        TokenShards shards = TokenShards.open(directory, "train");
        assertEquals(ids.length, shards.size());
        assertEquals(3 * 15, shards.rawBytes());
        Random random = new Random(SEED);
        for (int round = 0; round < 50; round++) {
            int from = random.nextInt(ids.length);
            int count = random.nextInt(ids.length - from);
            int[] out = new int[count + 2];
            shards.copy(from, out, 1, count);
            int[] expected = new int[count + 2];
            System.arraycopy(ids, from, expected, 1, count);
            assertArrayEquals(expected, out, "seed " + SEED + ", " + count + " from " + from);
        }
    }

    @Test
    void aCorpusInShardsEqualsTheOneInMemory() {
        List<String> texts = List.of("to be", "or not", "that is", "the question");
        TextSource source = new TextSource() {
            @Override
            public void read(Consumer<Document> reader) {
                texts.forEach(text -> reader.accept(new Document(text, text)));
            }

            @Override
            public String name() {
                return "test";
            }
        };
        CharTokenizer tokenizer = CharTokenizer.learn(texts);
        Corpus memory = Corpus.encode(source, tokenizer);
        Corpus shards = Corpus.encode(source, tokenizer, folder.resolve("tokens"));
        assertArrayEquals(all(memory.train()), all(shards.train()));
        assertArrayEquals(all(memory.validation()), all(shards.validation()));
        assertEquals(memory.train().rawBytes(), shards.train().rawBytes());
    }

    private static int[] all(TokenStore store) {
        int[] out = new int[(int) store.size()];
        store.copy(0, out, 0, out.length);
        return out;
    }

    @Test
    void aShardCutShortIsRefusedWithBothSizes() throws IOException {
        Path directory = folder.resolve("tokens");
        try (TokenShardWriter writer = new TokenShardWriter(directory, "train", 100)) {
            writer.add(new int[50], 0);
            writer.finish();
        }
        Path shard = directory.resolve("train-00000.bin");
        Files.write(shard, java.util.Arrays.copyOf(Files.readAllBytes(shard), 60));
        String message = String.valueOf(assertThrows(CorpusException.class, () -> TokenShards.open(directory, "train"))
                .getMessage());
        assertTrue(message.contains("expected 100 bytes") && message.contains("found 60"), message);
    }

    @Test
    void deletingLeavesFilesOfOthersAlone() throws IOException {
        Path directory = folder.resolve("tokens");
        try (TokenShardWriter writer = new TokenShardWriter(directory, "train", 100)) {
            writer.add(new int[50], 0);
        }
        Files.writeString(directory.resolve("mine.txt"), "mine");
        TokenShards.delete(directory);
        assertFalse(Files.exists(directory.resolve("train-00000.bin")));
        assertEquals("mine", Files.readString(directory.resolve("mine.txt")));
    }
}
