package dev.athanor.cli;

import dev.athanor.chat.Assistant;
import dev.athanor.cli.Asking.Answered;
import dev.athanor.generate.NextTokens;
import dev.athanor.generate.batch.Ended;
import dev.athanor.generate.batch.Scored;
import dev.athanor.generate.batch.Spoken;
import dev.athanor.generate.batch.TextListener;
import dev.athanor.generate.batch.TextRequest;
import dev.athanor.generate.sample.SamplerSettings;
import dev.athanor.tokenizer.StreamingDecoder;
import dev.athanor.tokenizer.TokenText;
import dev.athanor.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * What could have been said instead of a token of an answer.
 *
 * @param token the token that was said
 * @param before text of the answer before it
 * @param rows the likeliest tokens of its place, by the model's own probabilities before any sampler
 */
record Why(NextTokens token, boolean among, String before, List<NextTokens> rows) {
    private static final int ROWS = 10;

    /** Where the word begins that the answer ends with: an index into its tokens. */
    static int lastWord(Tokenizer tokenizer, Answered answered) {
        int[] ends = ends(tokenizer, answered);
        String text = answered.reply().text();
        int end = text.length();
        while (end > 0 && !Character.isLetterOrDigit(text.charAt(end - 1))) {
            end--;
        }
        int begin = end;
        while (begin > 0 && Character.isLetterOrDigit(text.charAt(begin - 1))) {
            begin--;
        }
        if (end == 0) {
            return Math.max(0, said(tokenizer, answered) - 1);
        }
        int token = 0;
        while (ends[token] <= begin) {
            token++;
        }
        return token;
    }

    /** How many of an answer's tokens its text is made of; those that only ended it are not. */
    static int said(Tokenizer tokenizer, Answered answered) {
        int[] ends = ends(tokenizer, answered);
        int length = answered.reply().text().stripTrailing().length();
        for (int i = 0; i < ends.length; i++) {
            if (ends[i] >= length && length > 0) {
                return i + 1;
            }
        }
        return length == 0 ? 0 : ends.length;
    }

    /** Characters that are certain after each token; after the last one all of them. */
    private static int[] ends(Tokenizer tokenizer, Answered answered) {
        StreamingDecoder decoder = new StreamingDecoder(tokenizer);
        int[] ends = new int[answered.ids().length];
        int length = 0;
        for (int i = 0; i < ends.length; i++) {
            length += decoder.feed(answered.ids()[i]).length();
            ends[i] = length;
        }
        if (ends.length > 0) {
            ends[ends.length - 1] = Math.max(length, answered.reply().text().length());
        }
        return ends;
    }

    /** Computes the table of the place of token {@code at} again. */
    static Why of(Assistant assistant, Answered answered, int at) {
        int[] before = Arrays.copyOf(answered.ids(), at);
        int[] prompt = Arrays.copyOf(answered.prompt(), answered.prompt().length + at);
        System.arraycopy(before, 0, prompt, answered.prompt().length, at);
        Tokenizer tokenizer = assistant.tokenizer();
        int said = answered.ids()[at];
        List<NextTokens> rows = scored(assistant, prompt).top().stream()
                .map(likely -> row(tokenizer, likely.id(), Math.exp(likely.logprob())))
                .toList();
        Optional<NextTokens> chosen =
                rows.stream().filter(row -> row.id() == said).findFirst();
        return new Why(
                chosen.orElseGet(() -> row(tokenizer, said, 0)),
                chosen.isPresent(),
                tokenizer.decode(before),
                rows.subList(0, Math.min(ROWS, rows.size())));
    }

    private static NextTokens row(Tokenizer tokenizer, int id, double p) {
        return new NextTokens(id, id < tokenizer.vocabularySize() ? TokenText.of(tokenizer, id) : "", p);
    }

    private static Scored scored(Assistant assistant, int[] prompt) {
        CompletableFuture<Scored> score = new CompletableFuture<>();
        TextRequest request = new TextRequest(
                prompt,
                1,
                SamplerSettings.builder().temperature(0).build(),
                List.of(),
                Set.of(),
                true,
                Optional.empty(),
                TextRequest.MOST_TOP,
                false,
                true);
        assistant.engine().submit(request, new TextListener() {
            @Override
            public void token(Spoken token) {
                token.score().ifPresent(score::complete);
            }

            @Override
            public void ended(Ended ended) {
                score.completeExceptionally(new IllegalStateException("/why: expected a table, found none"));
            }

            @Override
            public void failed(RuntimeException reason) {
                score.completeExceptionally(reason);
            }
        });
        try {
            return score.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** Lines for people. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        String chosen = Visible.token(token.text());
        lines.add(
                among
                        ? String.format(
                                Locale.ROOT, "%s was said, with %.2f %%, after: %s", chosen, 100 * token.p(), tail())
                        : chosen + " was said, which is not among the " + TextRequest.MOST_TOP + " likeliest, after: "
                                + tail());
        lines.addAll(Bars.lines(rows, rows.stream().map(NextTokens::text).toList()));
        lines.add("The model's own probabilities, before temperature and filters; ␣ is a space.");
        return lines;
    }

    /** The end of what was said before, in one line. */
    private String tail() {
        String line = Visible.line(before).strip();
        if (line.isEmpty()) {
            return "the beginning of the answer";
        }
        int from = Math.max(0, line.length() - 60);
        return from == 0 ? line : "…" + line.substring(line.offsetByCodePoints(from, 0));
    }
}
