package dev.athanor.finetune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.chat.ChatFormat;
import dev.athanor.chat.Lesson;
import dev.athanor.chat.Message;
import dev.athanor.corpus.Batches.Batch;
import dev.athanor.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What of a conversation is learned, and in which rows. */
class LessonsTest {
    private static final Tokenizer TOKENIZER = Pupil.tokenizer();
    private static final ChatFormat FORMAT = ChatForms.of(Path.of("no such model"), TOKENIZER);

    private static Conversation conversation(int answers) {
        List<Message> messages = new ArrayList<>(List.of(Message.system("Be brief.")));
        for (int i = 0; i < answers; i++) {
            messages.add(Message.user("Question " + i));
            messages.add(Message.assistant("Answer " + i));
        }
        messages.add(Message.user("Never answered"));
        return new Conversation("test:1", messages, List.of());
    }

    @Test
    void theAssistantsWordsAndTheEndOfEachAnswerAreLearnedAndNothingElse() {
        Lesson lesson = FORMAT.lesson(
                List.of(
                        Message.system("Be brief."),
                        Message.user("Who? <|endoftext|>"),
                        Message.assistant("Tom."),
                        Message.user("Why?"),
                        Message.assistant("Rain.")),
                List.of());
        int[] ids = lesson.tokens();
        boolean[] learned = lesson.learned();
        assertEquals(
                "Be brief.\n\nUser: Who? <|endoftext|>\nAssistant: Tom.<|endoftext|>\n"
                        + "User: Why?\nAssistant: Rain.<|endoftext|>\n",
                TOKENIZER.decode(ids));
        StringBuilder said = new StringBuilder();
        int ends = 0;
        for (int i = 0; i < ids.length; i++) {
            said.append(learned[i] ? TOKENIZER.decode(ids[i]) : "");
            ends += ids[i] == TOKENIZER.endOfText() ? 1 : 0;
        }
        assertEquals(" Tom.<|endoftext|> Rain.<|endoftext|>", said.toString());
        assertEquals(2, ends, "a user's word must not become a control token");
    }

    @Test
    void aPromptIsTheBeginningOfItsLesson() {
        List<Message> all = List.of(Message.user("Who?"), Message.assistant("Tom."));
        int[] prompt = FORMAT.encode(all.subList(0, 1), List.of(), true);
        assertArrayEquals(prompt, Arrays.copyOf(FORMAT.lesson(all, List.of()).tokens(), prompt.length));
    }

    @Test
    void aConversationThatIsTooLongIsCutBehindAnAnswerAndCounted() {
        int most = FORMAT.lesson(conversation(3).until(7).messages(), List.of()).tokens().length;
        Lessons lessons = new Lessons(FORMAT, most);
        lessons.add(conversation(3));
        assertTrue(lessons.lost().isEmpty(), "what fits exactly is not cut");
        lessons.add(conversation(9));
        lessons.add(new Conversation(
                "test:2", List.of(Message.user("long ".repeat(most)), Message.assistant("x")), List.of()));
        assertEquals(2, lessons.list().size());
        String end = TOKENIZER.decode(lessons.list().get(1).tokens());
        assertTrue(end.endsWith("Answer 2<|endoftext|>\n"), end);
        String lost = lessons.lost().orElseThrow();
        assertTrue(
                lost.startsWith("2 of 3 conversations") && lost.contains("1 were cut") && lost.contains("1 were left"),
                lost);
    }

    private static List<Lesson> lessons(int count) {
        List<Lesson> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] ids = new int[4 + i % 5];
            boolean[] learned = new boolean[ids.length];
            Arrays.fill(ids, 10 + i);
            ids[ids.length - 1] = 1000 + i;
            learned[ids.length - 1] = true;
            list.add(new Lesson(ids, learned));
        }
        return list;
    }

    private static List<Integer> targets(List<Batch> batches) {
        List<Integer> targets = new ArrayList<>();
        for (Batch b : batches) {
            for (int t : b.targets()) {
                if (t >= 0) {
                    targets.add(t);
                }
            }
        }
        Collections.sort(targets);
        return targets;
    }

    @Test
    void anEpochLearnsEveryLessonOncePackedOrNot() {
        List<Lesson> list = lessons(53);
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 53; i++) {
            expected.add(1000 + i);
        }
        for (boolean packed : List.of(false, true)) {
            LessonBatches batches = new LessonBatches(list, 3, 20, packed, 0, 7);
            assertEquals(expected, targets(batches.epoch(0)), "packed=" + packed);
            assertEquals(batches.perEpoch(), batches.epoch(1).size(), "packed=" + packed);
            for (Batch b : batches.epoch(0)) {
                assertTrue(b.length() < 20, "packed=" + packed + ": " + b.length());
                for (int i = 0; i < b.targets().length; i++) {
                    int t = b.targets()[i];
                    assertTrue(t < 0 || b.tokens()[i] == t - 990, "a target follows its own lesson's token");
                }
            }
        }
    }

    @Test
    void packingFillsRows() {
        List<Lesson> list = lessons(60);
        int apart = new LessonBatches(list, 1, 20, false, 0, 7).perEpoch();
        int packed = new LessonBatches(list, 1, 20, true, 0, 7).perEpoch();
        // 60 lessons of 4 to 8 tokens are 360 tokens: 18 rows of 20 at best.
        assertTrue(packed >= 18 && packed <= 22, packed + " rows of " + apart);
    }
}
