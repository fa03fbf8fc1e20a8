package dev.athanor.server.openai;

import dev.athanor.chat.Assistant;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /v1/embeddings}: the mean over the words of the normalised last states, of length 1. */
final class EmbeddingApi {
    private static final int MOST_INPUTS = 256;

    private final Assistant assistant;
    private final Answers answers;
    private final int bodyBytes;

    EmbeddingApi(Assistant assistant, Answers answers, int bodyBytes) {
        this.assistant = assistant;
        this.answers = answers;
        this.bodyBytes = bodyBytes;
    }

    void answer(ServerRequest request, ServerResponse response) {
        Fields f = new Fields(ApiJson.read(request.content().inputStream(), bodyBytes), "");
        answers.requireModel(f);
        List<int[]> inputs = inputs(f);
        String format = f.text("encoding_format").orElse("float");
        if (!format.equals("float") && !format.equals("base64")) {
            throw f.problem("encoding_format", "expected float or base64, found another");
        }
        int width = assistant.config().width();
        int dimensions = f.whole("dimensions", 1, Integer.MAX_VALUE).orElse(width);
        if (dimensions != width) {
            throw f.problem("dimensions", "expected " + width + ", the model's width, found " + dimensions);
        }
        f.text("user");
        f.done();
        ObjectNode node = ApiJson.object().put("object", "list");
        ArrayNode data = node.putArray("data");
        int tokens = 0;
        for (int[] input : inputs) {
            float[] embedding = assistant.engine().embed(input);
            ObjectNode one = data.addObject().put("object", "embedding").put("index", data.size() - 1);
            put(one, embedding, format.equals("base64"));
            tokens += input.length;
        }
        node.put("model", answers.model());
        node.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
        answers.send(response, node);
    }

    private static void put(ObjectNode one, float[] embedding, boolean base64) {
        if (base64) {
            ByteBuffer bytes =
                    ByteBuffer.allocate(embedding.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(embedding);
            one.put("embedding", Base64.getEncoder().encodeToString(bytes.array()));
            return;
        }
        ArrayNode numbers = one.putArray("embedding");
        for (float number : embedding) {
            numbers.add(number);
        }
    }

    private List<int[]> inputs(Fields f) {
        JsonNode found = f.require("input", "a text, a list of token ids, or a list of these");
        List<JsonNode> each = new ArrayList<>();
        if (found.isArray() && !found.isEmpty() && !found.get(0).isNumber()) {
            found.forEach(each::add);
        } else {
            each.add(found);
        }
        if (each.size() > MOST_INPUTS) {
            throw f.problem("input", "expected at most " + MOST_INPUTS + " texts, found " + each.size());
        }
        List<int[]> inputs = new ArrayList<>();
        for (JsonNode input : each) {
            String name = each.size() == 1 ? "input" : "input[" + inputs.size() + "]";
            inputs.add(
                    input.isArray()
                            ? TokenApi.ids(name, input, assistant.config().vocabularySize())
                            : assistant.tokenizer().encodeForModel(Fields.text(name, input)));
        }
        return inputs;
    }
}
