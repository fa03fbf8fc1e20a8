package dev.athanor.server.openai;

import dev.athanor.chat.Assistant;
import dev.athanor.generate.batch.EngineFailedException;
import dev.athanor.generate.batch.EngineFullException;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The addresses of docs/serve.md. */
public final class OpenAiRoutes {
    private final Assistant assistant;
    private final int bodyBytes;

    /** @param bodyBytes most bytes of a request */
    public OpenAiRoutes(Assistant assistant, int bodyBytes) {
        this.assistant = assistant;
        this.bodyBytes = bodyBytes;
    }

    public void routes(HttpRouting.Builder routing) {
        Answers answers = new Answers(assistant, Clock.systemUTC());
        long opened = answers.now();
        routing.error(ApiProblem.class, (request, response, e) -> tell(response, e));
        routing.error(EngineFullException.class, (request, response, e) -> tell(response, Answers.problem(e)));
        ChatApi chat = new ChatApi(assistant, answers, bodyBytes);
        CompletionApi completions = new CompletionApi(assistant, answers, bodyBytes);
        TokenApi tokens = new TokenApi(assistant, answers, bodyBytes);
        EmbeddingApi embeddings = new EmbeddingApi(assistant, answers, bodyBytes);
        MetricsApi metrics = new MetricsApi(assistant);
        routing.post("/v1/chat/completions", (q, r) -> guarded(r, () -> chat.answer(q, r)));
        routing.post("/v1/completions", (q, r) -> guarded(r, () -> completions.answer(q, r)));
        routing.post("/v1/embeddings", (q, r) -> guarded(r, () -> embeddings.answer(q, r)));
        routing.post("/tokenize", (q, r) -> guarded(r, () -> tokens.tokenize(q, r)));
        routing.post("/detokenize", (q, r) -> guarded(r, () -> tokens.detokenize(q, r)));
        routing.get("/tokenizer_info", tokens::info);
        routing.get("/metrics", metrics::answer);
        routing.get("/health", (q, r) -> {
            boolean alive = assistant.engine().alive();
            r.status(alive ? 200 : 503);
            answers.send(r, ApiJson.object().put("status", alive ? "ok" : "stopped"));
        });
        routing.get("/v1/models", (q, r) -> {
            ObjectNode list = ApiJson.object().put("object", "list");
            ArrayNode data = list.putArray("data");
            data.add(model(answers, opened));
            answers.send(r, list);
        });
        routing.get("/v1/models/{name}", (q, r) -> {
            if (!q.path().pathParameters().get("name").equals(answers.model())) {
                throw new ApiProblem(404, "model", "model: expected " + answers.model() + ", found another");
            }
            answers.send(r, model(answers, opened));
        });
    }

    private ObjectNode model(Answers answers, long opened) {
        return ApiJson.object()
                .put("id", answers.model())
                .put("object", "model")
                .put("created", opened)
                .put("owned_by", "athanor")
                .put("context_length", assistant.config().contextLength());
    }

    /** What the engine or a format refuses becomes OpenAI's error; anything else is this server's fault. */
    private static void guarded(ServerResponse response, Runnable work) {
        try {
            work.run();
        } catch (ApiProblem | EngineFullException | EngineFailedException | IllegalArgumentException e) {
            tell(response, Answers.problem(e));
        }
    }

    static void tell(ServerResponse response, ApiProblem problem) {
        response.status(problem.status());
        response.header("Content-Type", "application/json");
        if (problem.status() == 503) {
            response.header(HeaderNames.RETRY_AFTER, "1");
        }
        response.send(problem.json().toString().getBytes(StandardCharsets.UTF_8));
    }
}
