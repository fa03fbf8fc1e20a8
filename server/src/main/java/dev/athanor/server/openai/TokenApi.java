package dev.athanor.server.openai;

import dev.athanor.chat.Assistant;
import dev.athanor.tokenizer.Tokenizer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /tokenize}, {@code /detokenize} and {@code /tokenizer_info}, as lm-evaluation-harness' remote tokenizer asks
 * them.
 */
final class TokenApi {
    private static final int MOST_IDS = 1_000_000;

    private final Assistant assistant;
    private final Answers answers;
    private final int bodyBytes;

    TokenApi(Assistant assistant, Answers answers, int bodyBytes) {
        this.assistant = assistant;
        this.answers = answers;
        this.bodyBytes = bodyBytes;
    }

    void tokenize(ServerRequest request, ServerResponse response) {
        Fields f = new Fields(ApiJson.read(request.content().inputStream(), bodyBytes), "");
        answers.requireModel(f);
        String text = Fields.text("prompt", f.require("prompt", "a text"));
        boolean around = f.flag("add_special_tokens", true);
        f.done();
        Tokenizer tokenizer = assistant.tokenizer();
        int[] ids = around ? tokenizer.encodeForModel(text) : tokenizer.encode(text);
        ObjectNode node = ApiJson.object();
        ArrayNode tokens = node.putArray("tokens");
        for (int id : ids) {
            tokens.add(id);
        }
        node.put("count", ids.length);
        node.put("max_model_len", assistant.config().contextLength());
        answers.send(response, node);
    }

    void detokenize(ServerRequest request, ServerResponse response) {
        Fields f = new Fields(ApiJson.read(request.content().inputStream(), bodyBytes), "");
        answers.requireModel(f);
        int[] ids = ids(
                "tokens",
                f.require("tokens", "a list of token ids"),
                assistant.tokenizer().vocabularySize());
        f.done();
        answers.send(
                response, ApiJson.object().put("prompt", assistant.tokenizer().decode(ids)));
    }

    static int[] ids(String name, JsonNode found, int vocabulary) {
        if (!found.isArray() || found.size() > MOST_IDS) {
            throw ApiProblem.field(
                    name,
                    "expected a list of at most " + MOST_IDS + " token ids, found "
                            + (found.isArray() ? String.valueOf(found.size()) : Fields.kind(found)));
        }
        int[] ids = new int[found.size()];
        for (int i = 0; i < ids.length; i++) {
            JsonNode id = found.get(i);
            if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0 || id.intValue() >= vocabulary) {
                throw ApiProblem.field(
                        name + "[" + i + "]",
                        "expected a token id from 0 to " + (vocabulary - 1) + ", found " + Fields.kind(id));
            }
            ids[i] = id.intValue();
        }
        return ids;
    }

    void info(ServerRequest request, ServerResponse response) {
        ObjectNode node = ApiJson.object();
        Map<String, String> tokens = assistant.model().chat().tokens();
        for (String name : new String[] {"bos_token", "eos_token", "pad_token"}) {
            put(node, name, Optional.ofNullable(tokens.get(name)));
        }
        if (node.path("eos_token").isNull()) {
            int eos = assistant.config().eosToken().orElse(assistant.tokenizer().endOfText());
            put(
                    node,
                    "eos_token",
                    eos < 0
                            ? Optional.empty()
                            : Optional.of(assistant.tokenizer().decode(eos)));
        }
        put(node, "chat_template", assistant.model().chat().template(false));
        node.put("vocab_size", assistant.tokenizer().vocabularySize());
        answers.send(response, node);
    }

    private static void put(ObjectNode node, String name, Optional<String> value) {
        if (value.isPresent()) {
            node.put(name, value.get());
        } else {
            node.putNull(name);
        }
    }
}
