package dev.athanor.generate.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class DryBreakersTest {
    /** Takes the longest piece each time. */
    private record Pieces(List<String> pieces) implements Tokenizer {
        @Override
        public int vocabularySize() {
            return pieces.size();
        }

        @Override
        public int[] encode(String text) {
            int best = -1;
            for (int i = 0; i < pieces.size(); i++) {
                boolean fits = !text.isEmpty() && text.startsWith(pieces.get(i));
                if (fits
                        && (best < 0
                                || pieces.get(i).length() > pieces.get(best).length())) {
                    best = i;
                }
            }
            if (best < 0) {
                return new int[0];
            }
            int[] rest = encode(text.substring(pieces.get(best).length()));
            int[] all = new int[rest.length + 1];
            all[0] = best;
            System.arraycopy(rest, 0, all, 1, rest.length);
            return all;
        }

        @Override
        public byte[] bytes(int id) {
            return pieces.get(id).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String decode(int... ids) {
            StringBuilder text = new StringBuilder();
            for (int id : ids) {
                text.append(pieces.get(id));
            }
            return text.toString();
        }

        @Override
        public boolean isSpecial(int id) {
            return false;
        }

        @Override
        public int id(String token) {
            return pieces.indexOf(token);
        }

        @Override
        public int endOfText() {
            return -1;
        }
    }

    @Test
    void aBreakerIsFoundInsideOneTokenAndAcrossTwo() {
        Tokenizer t = new Pieces(List.of("a", "b\n", "x-", "->", ">", "-"));
        DryBreakers breakers = DryBreakers.of(List.of("\n", "->"), t);
        assertTrue(breakers.breaksAlone(1), "b and a line break");
        assertTrue(breakers.breaksAlone(3), "->");
        assertFalse(breakers.breaksAlone(2), "x-");
        assertEquals(1, breakers.tokensSinceBreak(new int[] {0, 2, 4, 0}, 4, 4), "x- and > make ->");
        assertEquals(3, breakers.tokensSinceBreak(new int[] {0, 2, 0}, 3, 3), "x- alone does not");
        assertEquals(0, breakers.tokensSinceBreak(new int[] {0, 1}, 2, 2));
        assertThrows(IllegalArgumentException.class, () -> DryBreakers.of(List.of(""), t));
        assertThrows(IllegalArgumentException.class, () -> DryBreakers.ofTokens(List.of(new int[0])));
    }
}
