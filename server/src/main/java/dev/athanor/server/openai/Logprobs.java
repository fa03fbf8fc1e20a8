package dev.athanor.server.openai;

import dev.athanor.generate.batch.Scored;
import dev.athanor.tokenizer.TokenText;
import dev.athanor.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Log-probabilities in OpenAI's two shapes. A token's own number is the same float wherever it stands. */
final class Logprobs {
    private final Tokenizer tokenizer;

    Logprobs(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    private String text(int id) {
        return id < tokenizer.vocabularySize() ? TokenText.of(tokenizer, id) : "⟨" + id + "⟩";
    }

    private byte[] bytes(int id) {
        return id < tokenizer.vocabularySize() ? tokenizer.bytes(id) : new byte[0];
    }

    /** One entry of {@code logprobs.content}. */
    ObjectNode chat(Scored scored) {
        ObjectNode node = entry(scored.id(), scored.logprob());
        ArrayNode top = node.putArray("top_logprobs");
        scored.top().forEach(likely -> top.add(entry(likely.id(), likely.logprob())));
        return node;
    }

    private ObjectNode entry(int id, float logprob) {
        ObjectNode node = ApiJson.object();
        node.put("token", text(id));
        node.put("logprob", logprob);
        ArrayNode bytes = node.putArray("bytes");
        for (byte b : bytes(id)) {
            bytes.add(b & 0xFF);
        }
        return node;
    }

    /**
     * Four arrays of {@code logprobs} of a completion.
     *
     * @param ids tokens; the first of a prompt has no score
     * @param scores one per token
     * @param offset characters before the first of them
     */
    ObjectNode completion(List<Integer> ids, List<Optional<Scored>> scores, int offset) {
        ObjectNode node = ApiJson.object();
        ArrayNode tokens = node.putArray("tokens");
        ArrayNode logprobs = node.putArray("token_logprobs");
        ArrayNode tops = node.putArray("top_logprobs");
        ArrayNode offsets = node.putArray("text_offset");
        int at = offset;
        for (int i = 0; i < ids.size(); i++) {
            tokens.add(text(ids.get(i)));
            offsets.add(at);
            at += new String(bytes(ids.get(i)), StandardCharsets.UTF_8).length();
            Optional<Scored> scored = scores.get(i);
            if (scored.isEmpty()) {
                logprobs.addNull();
                tops.addNull();
            } else {
                logprobs.add(scored.get().logprob());
                tops.add(top(scored.get()));
            }
        }
        return node;
    }

    /** The likeliest by text, and the token itself; two tokens of one text keep both entries. */
    private ObjectNode top(Scored scored) {
        ObjectNode node = ApiJson.object();
        Set<Integer> there = new HashSet<>();
        for (Scored.Likely likely : scored.top()) {
            put(node, likely.id(), likely.logprob());
            there.add(likely.id());
        }
        if (!there.contains(scored.id())) {
            put(node, scored.id(), scored.logprob());
        }
        return node;
    }

    private void put(ObjectNode node, int id, float logprob) {
        String text = text(id);
        node.put(node.has(text) ? text + "⟨" + id + "⟩" : text, logprob);
    }
}
