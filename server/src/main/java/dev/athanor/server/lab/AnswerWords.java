package dev.athanor.server.lab;

import dev.athanor.tokenizer.StreamingDecoder;
import dev.athanor.tokenizer.Tokenizer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Which tokens a growing answer is made of. A token that may turn out to begin a stop text waits until its characters
 * are certain; the first one behind the text is what ended it.
 */
final class AnswerWords {
    /**
     * One token of an answer.
     *
     * @param text characters it completes; none where it only begins one
     * @param logprob nats, under the model before any sampler
     * @param end whether it is no part of the answer but what ended it
     */
    record Word(int id, String text, float logprob, boolean end) {}

    private record Waiting(int id, String text, float logprob, int from) {}

    private final StreamingDecoder decoder;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private int decoded; // characters of all tokens
    private int certain; // characters of the answer so far

    AnswerWords(Tokenizer tokenizer) {
        this.decoder = new StreamingDecoder(tokenizer);
    }

    /**
     * One more token.
     *
     * @param piece text that became certain with it
     * @return tokens whose characters are certain now
     */
    List<Word> add(int id, String piece, float logprob) {
        String text = decoder.feed(id);
        waiting.add(new Waiting(id, text, logprob, decoded));
        decoded += text.length();
        certain += piece.length();
        List<Word> words = new ArrayList<>();
        while (!waiting.isEmpty()) {
            Waiting first = waiting.peek();
            if (first.from + first.text.length() > certain || first.from == certain) {
                break;
            }
            words.add(new Word(first.id, first.text, first.logprob, false));
            waiting.remove();
        }
        return words;
    }

    /**
     * The rest.
     *
     * @param length characters of the whole answer as it was written
     * @param signed whether a token ended it, rather than a limit
     */
    List<Word> end(int length, boolean signed) {
        List<Word> words = new ArrayList<>();
        for (Waiting next : waiting) {
            if (next.from < length) {
                String text = next.text.substring(0, Math.min(next.text.length(), length - next.from));
                words.add(new Word(next.id, text, next.logprob, false));
            } else if (signed) {
                words.add(new Word(next.id, next.text, next.logprob, true));
                break;
            }
        }
        waiting.clear();
        return words;
    }
}
