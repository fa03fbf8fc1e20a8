package dev.athanor.server.openai;

import dev.athanor.chat.Assistant;
import dev.athanor.generate.batch.Ended;
import dev.athanor.generate.batch.Scored;
import dev.athanor.generate.batch.Spoken;
import dev.athanor.generate.batch.TextListener;
import dev.athanor.generate.batch.TextRequest;
import dev.athanor.generate.batch.Ticket;
import dev.athanor.generate.constraint.Constraint;
import dev.athanor.generate.sample.SamplerSettings;
import dev.athanor.server.EventStream;
import dev.athanor.tokenizer.Tokenizer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST /v1/completions}, with everything lm-evaluation-harness' {@code local-completions} reads: {@code echo}
 * with the log-probability of every token of the prompt and exactly one more.
 */
final class CompletionApi {
    private static final int MOST_TEXTS = 128;

    /** OpenAI's own default. */
    private static final int USUAL_TOKENS = 16;

    private final Assistant assistant;
    private final Answers answers;
    private final int bodyBytes;
    private final Logprobs logprobs;

    CompletionApi(Assistant assistant, Answers answers, int bodyBytes) {
        this.assistant = assistant;
        this.answers = answers;
        this.bodyBytes = bodyBytes;
        this.logprobs = new Logprobs(assistant.tokenizer());
    }

    /**
     * What is asked.
     *
     * @param texts one per prompt and answer, answers of one prompt together
     * @param count answers per prompt
     */
    private record Asked(
            List<TextRequest> texts, int count, boolean stream, boolean usage, boolean echo, boolean scored) {}

    void answer(ServerRequest request, ServerResponse response) {
        Fields f = new Fields(ApiJson.read(request.content().inputStream(), bodyBytes), "");
        Asked asked = asked(f);
        String id = answers.id("cmpl-");
        Call call = new Call(asked.texts.size());
        List<Text> texts = new ArrayList<>();
        EventStream events = new EventStream();
        for (int i = 0; i < asked.texts.size(); i++) {
            texts.add(new Text(asked, id, call, i, asked.stream ? Optional.of(events) : Optional.empty()));
        }
        List<Ticket> tickets = answers.submitAll(asked.texts.size(), i -> {
            Ticket ticket = assistant.engine().submit(asked.texts.get(i), texts.get(i));
            events.add(ticket);
            return ticket;
        });
        if (asked.stream) {
            events.send(response);
            return;
        }
        call.await(tickets);
        ObjectNode node = answers.head(id, "text_completion");
        ArrayNode choices = node.putArray("choices");
        texts.forEach(text -> choices.add(text.choice()));
        node.set("usage", call.usage());
        answers.send(response, node);
    }

    private Asked asked(Fields f) {
        answers.requireModel(f);
        List<int[]> prompts = prompts(f);
        SamplerSettings sampling = SamplingFields.read(f, assistant.config().vocabularySize());
        boolean echo = f.flag("echo", false);
        int most = f.whole("max_tokens", echo ? 0 : 1, Integer.MAX_VALUE).orElse(USUAL_TOKENS);
        OptionalInt top = f.whole("logprobs", 0, TextRequest.MOST_TOP);
        int count = f.whole("n", 1, MOST_TEXTS).orElse(1);
        int best = f.whole("best_of", 1, MOST_TEXTS).orElse(count);
        if (best != count) {
            throw f.problem("best_of", "expected the same as n, " + count + ", found " + best);
        }
        if (prompts.size() * (long) count > MOST_TEXTS) {
            throw f.problem(
                    "n", "expected at most " + MOST_TEXTS + " texts in all, found " + prompts.size() * (long) count);
        }
        boolean stream = f.flag("stream", false);
        boolean usage = answers.usageInStream(f, stream);
        boolean ignoreEnd = f.flag("ignore_eos", false);
        boolean shared = f.flag("cache_prompt", true);
        Optional<Constraint> form = FormFields.read(f);
        List<String> stop = f.texts("stop", ChatApi.MOST_STOPS, ChatApi.LONGEST_STOP);
        answers.harmless(f);
        f.done();
        boolean scored = top.isPresent();
        List<TextRequest> texts = new ArrayList<>();
        for (int[] prompt : prompts) {
            TextRequest request = new TextRequest(
                    prompt,
                    most,
                    sampling,
                    stop,
                    Set.of(),
                    ignoreEnd,
                    form,
                    scored ? top.getAsInt() : -1,
                    echo && (scored || most == 0),
                    shared);
            for (int i = 0; i < count; i++) {
                texts.add(ChatApi.nth(request, i));
            }
        }
        return new Asked(texts, count, stream, usage, echo, scored);
    }

    /** A text, tokens, or a list of either. */
    private List<int[]> prompts(Fields f) {
        JsonNode found = f.require("prompt", "a text, a list of token ids, or a list of these");
        List<int[]> prompts = new ArrayList<>();
        if (found.isArray() && !found.isEmpty() && !found.get(0).isNumber()) {
            if (found.size() > MOST_TEXTS) {
                throw f.problem("prompt", "expected at most " + MOST_TEXTS + " prompts, found " + found.size());
            }
            for (JsonNode each : found) {
                prompts.add(prompt("prompt[" + prompts.size() + "]", each));
            }
        } else {
            prompts.add(prompt("prompt", found));
        }
        return prompts;
    }

    private int[] prompt(String name, JsonNode found) {
        int[] ids = found.isArray()
                ? TokenApi.ids(name, found, assistant.config().vocabularySize())
                : assistant.tokenizer().encodeForModel(Fields.text(name, found));
        if (ids.length == 0) {
            throw ApiProblem.field(name, "expected at least one token, found none");
        }
        return ids;
    }

    /** One text, sent whole or while it is written. */
    private final class Text implements TextListener {
        private final Asked asked;
        private final String id;
        private final Call call;
        private final int index;
        private final Optional<EventStream> events;
        private final TextRequest request;
        private final StringBuilder text = new StringBuilder();
        private final List<Integer> ids = new ArrayList<>();
        private final List<Optional<Scored>> scores = new ArrayList<>();
        private String reason = "";
        private int offset;

        Text(Asked asked, String id, Call call, int index, Optional<EventStream> events) {
            this.asked = asked;
            this.id = id;
            this.call = call;
            this.index = index;
            this.events = events;
            this.request = asked.texts.get(index);
            if (asked.echo && !request.echo()) {
                echo(List.of());
            }
        }

        @Override
        public void prompt(List<Scored> prompt) {
            echo(prompt);
        }

        private void echo(List<Scored> prompt) {
            Tokenizer tokenizer = assistant.tokenizer();
            int[] tokens = request.prompt();
            text.append(tokenizer.decode(tokens));
            if (!prompt.isEmpty() || tokens.length == 1) {
                ids.add(tokens[0]);
                scores.add(Optional.empty()); // nothing comes before it
                prompt.forEach(s -> {
                    ids.add(s.id());
                    scores.add(Optional.of(s));
                });
            }
        }

        @Override
        public void token(Spoken token) {
            text.append(token.piece());
            if (asked.scored) {
                ids.add(token.id());
                scores.add(token.score());
            }
            if (!token.piece().isEmpty()) {
                pass("");
            }
        }

        @Override
        public void ended(Ended ended) {
            text.append(ended.rest());
            reason = Call.reason(ended.reason(), false);
            pass(reason);
            call.ended(ended.usage(), index % asked.count == 0);
            last();
        }

        @Override
        public void failed(RuntimeException e) {
            events.ifPresent(stream -> stream.put(answers.failure(e).toString()));
            call.failed(e);
            last();
        }

        private void last() {
            if (call.done()) {
                events.ifPresent(stream -> answers.finish(stream, call, asked.usage, id, "text_completion"));
            }
        }

        /** Sends what is new, where it is sent while it is written. */
        private void pass(String end) {
            if (events.isEmpty()) {
                return;
            }
            ObjectNode node = answers.head(id, "text_completion");
            node.putArray("choices").add(choice(end));
            if (asked.usage) {
                node.putNull("usage");
            }
            events.get().put(node.toString());
            offset += text.length();
            text.setLength(0);
            ids.clear();
            scores.clear();
        }

        ObjectNode choice() {
            return choice(reason);
        }

        private ObjectNode choice(String end) {
            ObjectNode choice = ApiJson.object().put("text", text.toString()).put("index", index);
            if (asked.scored) {
                choice.set("logprobs", logprobs.completion(ids, scores, offset));
            } else {
                choice.putNull("logprobs");
            }
            if (end.isEmpty()) {
                choice.putNull("finish_reason");
            } else {
                choice.put("finish_reason", end);
            }
            return choice;
        }
    }
}
