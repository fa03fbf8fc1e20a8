package dev.athanor.server.openai;

import dev.athanor.chat.Assistant;
import dev.athanor.chat.ChatRequest;
import dev.athanor.chat.Message;
import dev.athanor.chat.Reply;
import dev.athanor.chat.ReplyListener;
import dev.athanor.chat.Tool;
import dev.athanor.chat.ToolCall;
import dev.athanor.chat.ToolChoice;
import dev.athanor.generate.batch.Scored;
import dev.athanor.generate.batch.Spoken;
import dev.athanor.generate.batch.TextRequest;
import dev.athanor.generate.batch.Ticket;
import dev.athanor.generate.sample.SamplerSettings;
import dev.athanor.server.EventStream;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /v1/chat/completions}. */
final class ChatApi {
    /** Answers of one request. */
    private static final int MOST_ANSWERS = 16;

    static final int MOST_STOPS = 16;
    static final int LONGEST_STOP = 1000;

    private final Assistant assistant;
    private final Answers answers;
    private final int bodyBytes;
    private final Logprobs logprobs;

    ChatApi(Assistant assistant, Answers answers, int bodyBytes) {
        this.assistant = assistant;
        this.answers = answers;
        this.bodyBytes = bodyBytes;
        this.logprobs = new Logprobs(assistant.tokenizer());
    }

    /** What is asked. */
    private record Asked(
            TextRequest text,
            List<Tool> tools,
            int count,
            boolean stream,
            boolean usage,
            boolean oneCall,
            boolean scored) {}

    void answer(ServerRequest request, ServerResponse response) {
        Fields f = new Fields(ApiJson.read(request.content().inputStream(), bodyBytes), "");
        Asked asked = asked(f);
        String id = answers.id("chatcmpl-");
        if (asked.stream) {
            stream(asked, id, response);
        } else {
            whole(asked, id, response);
        }
    }

    private Asked asked(Fields f) {
        answers.requireModel(f);
        List<Message> messages = MessageFields.messages(f);
        List<Tool> tools = MessageFields.tools(f);
        ToolChoice choice = MessageFields.choice(f, tools);
        SamplerSettings sampling = SamplingFields.read(f, assistant.config().vocabularySize());
        OptionalInt most = f.whole("max_completion_tokens", 1, Integer.MAX_VALUE);
        OptionalInt older = f.whole("max_tokens", 1, Integer.MAX_VALUE);
        boolean scored = f.flag("logprobs", false);
        int top = f.whole("top_logprobs", 0, TextRequest.MOST_TOP).orElse(0);
        if (top > 0 && !scored) {
            throw f.problem("top_logprobs", "expected logprobs: true beside it, found none");
        }
        boolean ignoreEnd = f.flag("ignore_eos", false);
        boolean shared = f.flag("cache_prompt", true);
        int count = f.whole("n", 1, MOST_ANSWERS).orElse(1);
        boolean stream = f.flag("stream", false);
        boolean usage = answers.usageInStream(f, stream);
        boolean oneCall = !f.flag("parallel_tool_calls", true);
        answers.harmless(f);
        ChatRequest chat = new ChatRequest(
                messages,
                tools,
                choice,
                FormFields.read(f),
                most.orElse(older.orElse(0)),
                sampling,
                f.texts("stop", MOST_STOPS, LONGEST_STOP));
        f.done();
        TextRequest r = assistant.request(chat);
        TextRequest text = new TextRequest(
                r.prompt(),
                r.maxTokens(),
                r.sampling(),
                r.stop(),
                r.endTokens(),
                ignoreEnd,
                r.constraint(),
                scored ? top : -1,
                false,
                r.spoken(),
                shared);
        List<Tool> offered = choice.mode() == ToolChoice.Mode.NONE ? List.of() : tools;
        return new Asked(text, offered, count, stream, usage, oneCall, scored);
    }

    /** The same text with another seed, for another answer. */
    static TextRequest nth(TextRequest r, int i) {
        if (i == 0) {
            return r;
        }
        SamplerSettings sampling =
                r.sampling().toBuilder().seed(r.sampling().seed() + i).build();
        return new TextRequest(
                r.prompt(),
                r.maxTokens(),
                sampling,
                r.stop(),
                r.endTokens(),
                r.ignoreEnd(),
                r.constraint(),
                r.topLogprobs(),
                r.echo(),
                r.spoken(),
                r.shared());
    }

    private void whole(Asked asked, String id, ServerResponse response) {
        Call call = new Call(asked.count);
        List<Whole> texts = new ArrayList<>();
        for (int i = 0; i < asked.count; i++) {
            texts.add(new Whole(call, i == 0));
        }
        List<Ticket> tickets =
                answers.submitAll(asked.count, i -> assistant.ask(nth(asked.text, i), asked.tools, texts.get(i)));
        call.await(tickets);
        ObjectNode node = answers.head(id, "chat.completion");
        ArrayNode choices = node.putArray("choices");
        for (int i = 0; i < asked.count; i++) {
            Reply reply = texts.get(i).reply();
            ObjectNode choice = choices.addObject().put("index", i);
            ObjectNode message = choice.putObject("message").put("role", "assistant");
            List<ToolCall> calls = calls(asked, reply.answer().calls());
            if (calls.isEmpty() || !reply.answer().content().isEmpty()) {
                message.put("content", reply.answer().content());
            } else {
                message.putNull("content");
            }
            message.putNull("refusal");
            if (!reply.answer().thinking().isEmpty()) {
                message.put("reasoning_content", reply.answer().thinking());
            }
            if (!calls.isEmpty()) {
                ArrayNode array = message.putArray("tool_calls");
                calls.forEach(c -> array.add(toolCall(c, id)));
            }
            if (asked.scored) {
                ArrayNode content = choice.putObject("logprobs").putArray("content");
                texts.get(i).scores.forEach(s -> content.add(logprobs.chat(s)));
            } else {
                choice.putNull("logprobs");
            }
            choice.put("finish_reason", Call.reason(reply.reason(), !calls.isEmpty()));
        }
        node.set("usage", call.usage());
        answers.send(response, node);
    }

    private static List<ToolCall> calls(Asked asked, List<ToolCall> calls) {
        return asked.oneCall && calls.size() > 1 ? calls.subList(0, 1) : calls;
    }

    private static ObjectNode toolCall(ToolCall call, String id) {
        ObjectNode node = ApiJson.object();
        node.put("id", call.id() + "_" + id.substring(id.length() - 8)).put("type", "function");
        node.putObject("function").put("name", call.name()).put("arguments", call.arguments());
        return node;
    }

    /** An answer that is sent when it is complete. */
    private static final class Whole implements ReplyListener {
        private final Call call;
        private final boolean first;
        private final List<Scored> scores = new ArrayList<>();
        private Reply[] reply = {};

        Whole(Call call, boolean first) {
            this.call = call;
            this.first = first;
        }

        Reply reply() {
            return reply[0];
        }

        @Override
        public void token(Spoken token) {
            token.score().ifPresent(scores::add);
        }

        @Override
        public void text(String piece) {}

        @Override
        public void done(Reply done) {
            reply = new Reply[] {done};
            call.ended(done.usage(), first);
        }

        @Override
        public void failed(RuntimeException reason) {
            call.failed(reason);
        }
    }

    private void stream(Asked asked, String id, ServerResponse response) {
        Call call = new Call(asked.count);
        EventStream events = new EventStream();
        answers.submitAll(asked.count, i -> {
            var ticket = assistant.ask(nth(asked.text, i), asked.tools, new Streamed(asked, id, call, events, i));
            events.add(ticket);
            return ticket;
        });
        events.send(response);
    }

    /** An answer that is sent while it is written. */
    private final class Streamed implements ReplyListener {
        private final Asked asked;
        private final String id;
        private final Call call;
        private final EventStream events;
        private final int index;
        private final List<Scored> scores = new ArrayList<>();
        private boolean begun;
        private int calls; // passed on
        private int told;
        private int ended;

        Streamed(Asked asked, String id, Call call, EventStream events, int index) {
            this.asked = asked;
            this.id = id;
            this.call = call;
            this.events = events;
            this.index = index;
        }

        private void chunk(ObjectNode delta, String reason) {
            if (!begun) {
                begun = true;
                chunk(ApiJson.object().put("role", "assistant").put("content", ""), "");
            }
            ObjectNode node = answers.head(id, "chat.completion.chunk");
            ObjectNode choice = node.putArray("choices").addObject().put("index", index);
            choice.set("delta", delta);
            if (asked.scored && !scores.isEmpty()) {
                ArrayNode content = choice.putObject("logprobs").putArray("content");
                scores.forEach(s -> content.add(logprobs.chat(s)));
                scores.clear();
            } else {
                choice.putNull("logprobs");
            }
            if (reason.isEmpty()) {
                choice.putNull("finish_reason");
            } else {
                choice.put("finish_reason", reason);
            }
            if (asked.usage) {
                node.putNull("usage");
            }
            events.put(node.toString());
        }

        @Override
        public void token(Spoken token) {
            token.score().ifPresent(scores::add);
        }

        @Override
        public void text(String piece) {
            chunk(ApiJson.object().put("content", piece), "");
        }

        @Override
        public void thinking(String piece) {
            chunk(ApiJson.object().put("reasoning_content", piece), "");
        }

        @Override
        public boolean hearsArguments() {
            return true;
        }

        @Override
        public void calling(ToolCall tool) {
            told++;
            if (passes()) {
                ObjectNode one = toolCall(tool, id);
                one.put("index", calls++);
                calls(one);
            }
        }

        @Override
        public void arguments(String piece) {
            if (passes()) {
                ObjectNode one = ApiJson.object().put("index", calls - 1);
                one.putObject("function").put("arguments", piece);
                calls(one);
            }
        }

        @Override
        public void call(ToolCall tool) {
            if (ended++ >= told) { // else it was told as it came
                calling(tool);
            }
        }

        /** Whether the call told last is passed on. */
        private boolean passes() {
            return told == 1 || !asked.oneCall;
        }

        private void calls(ObjectNode one) {
            ObjectNode delta = ApiJson.object();
            delta.putArray("tool_calls").add(one);
            chunk(delta, "");
        }

        @Override
        public void done(Reply reply) {
            chunk(ApiJson.object(), Call.reason(reply.reason(), calls > 0));
            call.ended(reply.usage(), index == 0);
            last();
        }

        @Override
        public void failed(RuntimeException reason) {
            events.put(answers.failure(reason).toString());
            call.failed(reason);
            last();
        }

        private void last() {
            if (call.done()) {
                answers.finish(events, call, asked.usage, id, "chat.completion.chunk");
            }
        }
    }
}
