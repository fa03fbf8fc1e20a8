package dev.athanor.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StopTextsTest {
    /**
     * Text of two letters, cut into random pieces, against random stop texts: what is let out never has to be taken
     * back.
     */
    @Test
    void lettingOutWhatIsCertainGivesTheTextBeforeTheFirstStop() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        int stopped = 0;
        for (int round = 0; round < 2000; round++) {
            List<String> stops = new ArrayList<>();
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                stops.add(word(random, random.nextInt(1, 6)));
            }
            String whole = word(random, 30);
            String out = letOut(whole, stops, random);
            String message = "seed " + seed + ", round " + round + ", stops " + stops + ", text " + whole;
            for (String stop : stops) {
                assertTrue(!out.contains(stop), message + ", let out " + out);
            }
            assertTrue(whole.startsWith(out), message + ", let out " + out);
            if (stops.stream().noneMatch(whole::contains)) {
                assertEquals(whole, out, message);
            } else {
                stopped++;
            }
        }
        assertTrue(stopped > 500, "stopped " + stopped);
    }

    private static String letOut(String whole, List<String> stops, SplittableRandom random) {
        StopTexts finder = new StopTexts(stops);
        StringBuilder text = new StringBuilder();
        int given = 0;
        int at = 0;
        while (at < whole.length()) {
            int next = Math.min(whole.length(), at + random.nextInt(1, 5));
            text.append(whole, at, next);
            at = next;
            var stop = finder.find(text, given);
            if (stop.isPresent()) {
                return text.substring(0, stop.getAsInt());
            }
            int certain = finder.certain(text);
            assertTrue(certain >= given, "what was let out stays");
            given = certain;
        }
        return text.toString();
    }

    private static String word(SplittableRandom random, int length) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < length; i++) {
            word.append((char) ('a' + random.nextInt(2)));
        }
        return word.toString();
    }
}
