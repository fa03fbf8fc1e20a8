package dev.athanor.server.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.athanor.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which tokens an answer is made of, with a tokenizer whose tokens are bytes and one longer word. */
class AnswerWordsTest {
    private static final int LONG = 300;

    private final AnswerWords words = new AnswerWords(new Bytes());

    private static String shown(List<AnswerWords.Word> found) {
        StringBuilder text = new StringBuilder();
        found.forEach(w ->
                text.append(w.end() ? "■" : "").append('[').append(w.text()).append(']'));
        return text.toString();
    }

    @Test
    void aTokenComesWithItsText() {
        assertEquals("[a]", shown(words.add('a', "a", -1)));
        assertEquals("[b]", shown(words.add('b', "b", -1)));
        assertEquals("", shown(words.end(2, false)));
    }

    @Test
    void whatMayBeginAStopTextWaitsAndIsThenPartOfTheAnswerOrItsEnd() {
        assertEquals("[a]", shown(words.add('a', "a", -1)));
        assertEquals("", shown(words.add('\n', "", -1)));
        assertEquals("[\n][b]", shown(words.add('b', "\nb", -1)));
        assertEquals("", shown(words.add('\n', "", -1)));
        assertEquals("", shown(words.add('U', "", -1)));
        assertEquals("■[\n]", shown(words.end(3, true)), "the first token of the stop text is what ended it");
    }

    @Test
    void aTokenAcrossTheEndIsShownUpToIt() {
        assertEquals("", shown(words.add(LONG, "", -1)));
        assertEquals("", shown(words.add('U', "", -1)));
        assertEquals("[.]■[U]", shown(words.end(1, true)));
    }

    @Test
    void piecesOfACharacterComeTogetherWithIt() {
        byte[] bytes = "é".getBytes(StandardCharsets.UTF_8);
        assertEquals("", shown(words.add(bytes[0] & 0xFF, "", -1)));
        assertEquals("[][é]", shown(words.add(bytes[1] & 0xFF, "é", -1)));
    }

    @Test
    void aSignThatEndsTheAnswerIsNoPartOfIt() {
        assertEquals("[a]", shown(words.add('a', "a", -1)));
        assertEquals("", shown(words.add(0, "", -1)));
        assertEquals("■[\0]", shown(words.end(1, true)));
    }

    @Test
    void anAnswerThatALimitEndedHasNoSign() {
        assertEquals("[a]", shown(words.add('a', "a", -1)));
        assertEquals("", shown(words.add('\n', "", -1)));
        assertEquals("[\n]", shown(words.end(2, false)));
    }

    private static final class Bytes implements Tokenizer {
        @Override
        public int vocabularySize() {
            return LONG + 1;
        }

        @Override
        public int[] encode(String text) {
            throw new UnsupportedOperationException("only decodes");
        }

        @Override
        public byte[] bytes(int id) {
            return id == LONG ? ".\n".getBytes(StandardCharsets.UTF_8) : new byte[] {(byte) id};
        }

        @Override
        public String decode(int... ids) {
            throw new UnsupportedOperationException("one by one");
        }

        @Override
        public boolean isSpecial(int id) {
            return false;
        }

        @Override
        public int id(String token) {
            return -1;
        }

        @Override
        public int endOfText() {
            return -1;
        }
    }
}
