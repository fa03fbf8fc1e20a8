package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The story in the terminal, of a pass as it is and of one that was changed. */
class ExplainCommandTest {
    private static final Path PARITY = Path.of("..", "core", "src", "test", "resources", "parity", "qwen3");

    private static Outcome explain(String... more) {
        List<String> all = new ArrayList<>(
                List.of("explain", "--model", PARITY.toString(), "--prompt", "#3 #10 #17 #24 #31 #5 #12", "--text"));
        all.addAll(List.of(more));
        return Outcome.of(all.toArray(new String[0]));
    }

    @Test
    void theStoryIsToldInThreeRegisters() {
        for (String register : List.of("story", "mathematics", "code")) {
            Outcome out = explain("--register", register);
            assertEquals(0, out.code(), out.err());
            assertTrue(out.out().contains(" %  "), out.out());
        }
    }

    @Test
    void aWordThatLosesTrails() {
        Outcome one = explain("--token", "#1", "--against", "#2");
        Outcome other = explain("--token", "#2", "--against", "#1");
        boolean trails = one.out().contains("It trails by ");
        Outcome behind = trails ? one : other;
        Outcome ahead = trails ? other : one;
        assertTrue(behind.out().matches("(?s).*It trails by \\d.* behind “.*"), behind.out());
        assertTrue(ahead.out().matches("(?s).*It leads by \\+\\d.* ahead of “.*"), ahead.out());
    }

    @ParameterizedTest
    @CsvSource({
        "--ablate 0.1, direct effect ",
        "--ablate chemistry:0 --by zero, direct effect ",
        "--swap key:0.1:2=4, direct effect ",
        "--patch blocks.0.hook_resid_pre:2 --other #3_#10_#9_#24_#31_#5_#12, direct effect ",
        "--no-mask, direct effect none",
        "--no-positions, direct effect none"
    })
    void aChangeIsShownBeforeAndAfterWithBothEffects(String options, String direct) {
        String[] words = options.split(" ", -1);
        for (int i = 0; i < words.length; i++) {
            words[i] = words[i].replace('_', words[i].startsWith("#") ? ' ' : '_');
        }
        Outcome out = explain(words);
        assertEquals(0, out.code(), out.err());
        assertTrue(out.out().contains("with the change"), out.out());
        assertTrue(out.out().contains(direct) && out.out().contains("total effect"), out.out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--ablate 0 | --ablate: expected LAYER.NUMBER for a head, found 0",
                "--ablate 9.0 | layer: expected one from 0",
                "--ablate soup:1 | --ablate: expected head, attention",
                "--swap key:0.1 | --swap: expected TAG:LAYER.HEAD:N=M",
                "--patch blocks.0.hook_resid_pre:2 | --patch and --other: expected both or neither",
                "--ablate 0.1 --by half | --by: expected mean, resample or zero",
                "--by zero | --by: expected --ablate beside it"
            })
    void aChangeThatCannotBeIsRefusedInOneSentence(String options, String sentence) {
        Outcome out = explain(options.strip().split(" ", -1));
        assertTrue(out.code() != 0, out.out());
        assertTrue(out.err().contains(sentence.strip()), out.err());
    }
}
