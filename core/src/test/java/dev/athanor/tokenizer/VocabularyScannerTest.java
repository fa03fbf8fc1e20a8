package dev.athanor.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.corpus.tales.Tales;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the scanner takes of a tokenizer.json, and what it leaves to the reader that says what is wrong. */
class VocabularyScannerTest {
    private static final AddedToken END = AddedToken.special(learned().endOfText(), BpeTokenizer.END_OF_TEXT);

    private static BpeTokenizer learned() {
        BpeLearner learner = new BpeLearner();
        Tales.corpus(5, 20).forEach(learner::feed);
        return learner.learn(301, List.of(BpeTokenizer.END_OF_TEXT));
    }

    /** Tokens and merges of a file's bytes, without the rest of it. */
    private static BpeTokenizer scanned(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        VocabularyCut cut = new VocabularyCut(bytes);
        assertTrue(cut.find());
        VocabularyScanner scanner = new VocabularyScanner(bytes, cut);
        return new BpeTokenizer(scanner.tokens(List.of(END)), scanner, new TextRules(PreTokenizer.GPT2, List.of(END)));
    }

    private static void assertSame(BpeTokenizer expected, BpeTokenizer found) {
        assertEquals(expected.vocabularySize(), found.vocabularySize());
        for (int id = 0; id < expected.vocabularySize(); id++) {
            assertArrayEquals(expected.bytes(id), found.bytes(id), "id " + id);
        }
        assertEquals(expected.merges(), found.merges());
    }

    @Test
    void itReadsWhatTheWriterWrites() {
        BpeTokenizer tokenizer = learned();
        String json = TokenizerJson.write(tokenizer);
        assertSame(tokenizer, scanned(json));
        assertEquals(json, TokenizerJson.write(TokenizerJson.parse(json, "here")));
    }

    @Test
    void spacesEscapesAndOldMergesAreTheSame() {
        BpeTokenizer tokenizer = learned();
        String json = TokenizerJson.write(tokenizer);
        assertTrue(json.contains("\u0120"));
        assertSame(tokenizer, scanned(json.replace("\u0120", "\\u0120").replaceAll("(\\d|\\]),", "$1 ,\n\t")));
        String part = "\"((?:[^\"\\\\]|\\\\.)*)\"";
        String old = json.replaceAll("\\[" + part + "," + part + "\\]", "\"$1 $2\"");
        assertTrue(old.contains("\"merges\":[\""));
        assertSame(tokenizer, scanned(old));
    }

    @Test
    void theEndMayStandBehindTheVocabulary() {
        String json = TokenizerJson.write(learned());
        String entry = "\"" + BpeTokenizer.END_OF_TEXT + "\":" + END.id();
        String without = json.replace("," + entry, "").replace(entry + ",", "");
        assertTrue(without.length() < json.length());
        assertSame(scanned(json), scanned(without));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"a\":999999999,", // not dense
                "\"a\":1234567890,",
                "\"zz\":01,",
                "\"zz\":-1,",
                "\"zz\":1.5,",
                "\"zz\":,",
                "\"zz\" 301,",
                "\"z z\":301,", // no character of the alphabet
                "\"z\\nz\":301,",
                "\"\\u00\":301,",
                "\"<|endoftext|>\":301,", // twice
                ",",
                "\"zz\":301,,"
            })
    void theUnusualIsLeftToTheReader(String entry) {
        String json = TokenizerJson.write(learned()).replace("\"vocab\":{", "\"vocab\":{" + entry);
        assertThrows(VocabularyScanner.Unusual.class, () -> scanned(json));
    }

    @Test
    void mergesOfTokensThatAreNotThereAreLeftToTheReader() {
        String json = TokenizerJson.write(learned());
        for (String merge : List.of(
                "[\"a\",\"\u0120\u0120\u0120\u0120\"],", "[\"a\"],", "\"a\",", "[\"a\",\"b\",\"c\"],", "3,", ",")) {
            String other = json.replace("\"merges\":[", "\"merges\":[" + merge);
            assertThrows(VocabularyScanner.Unusual.class, () -> scanned(other), merge);
        }
    }

    @Test
    void overlongBytesAreNoCharacters() {
        byte[] json = TokenizerJson.write(learned())
                .replace("\"vocab\":{", "\"vocab\":{\"??\":301,")
                .getBytes(StandardCharsets.UTF_8);
        int at = new String(json, StandardCharsets.ISO_8859_1).indexOf("\"??\"");
        json[at + 1] = (byte) 0xC1;
        json[at + 2] = (byte) 0xA1;
        VocabularyCut cut = new VocabularyCut(json);
        assertTrue(cut.find());
        assertThrows(VocabularyScanner.Unusual.class, () -> new VocabularyScanner(json, cut).tokens(List.of(END)));
    }

    @Test
    void shortTextsHaveTheIdsOfLongOnes() {
        BpeTokenizer tokenizer = learned();
        String text = String.join("\n", Tales.corpus(9, 30));
        List<String> words = Arrays.stream(text.split("(?<=\n)")).toList();
        int[][] alone = words.stream().map(tokenizer::encode).toArray(int[][]::new);
        tokenizer.encode(text.repeat((1 << 16) / text.length() + 1)); // from here on whole pieces are looked up
        for (int i = 0; i < alone.length; i++) {
            assertArrayEquals(alone[i], tokenizer.encode(words.get(i)), words.get(i));
        }
    }
}
