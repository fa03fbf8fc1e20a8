package dev.athanor.server.openai;

import dev.athanor.chat.Assistant;
import dev.athanor.generate.batch.EngineStats;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** {@code GET /metrics} in Prometheus' text format 0.0.4. */
final class MetricsApi {
    private final Assistant assistant;

    MetricsApi(Assistant assistant) {
        this.assistant = assistant;
    }

    void answer(ServerRequest request, ServerResponse response) {
        EngineStats s = assistant.engine().stats();
        StringBuilder out = new StringBuilder();
        counter(out, "requests_total", "texts asked for", s.requests());
        counter(out, "requests_refused_total", "texts refused, for the queue was full", s.refused());
        counter(out, "prompt_tokens_total", "tokens of prompts that were read", s.promptTokens());
        counter(out, "prompt_tokens_cached_total", "tokens of prompts that were known already", s.cachedTokens());
        counter(out, "completion_tokens_total", "tokens written", s.completionTokens());
        counter(out, "decode_steps_total", "passes over the weights that wrote tokens", s.steps());
        counter(out, "drafted_tokens_total", "tokens guessed and checked", s.drafted());
        counter(out, "accepted_tokens_total", "tokens guessed that were written", s.accepted());
        seconds(out, "prompt_seconds_total", "seconds spent reading prompts", s.promptSeconds());
        seconds(out, "completion_seconds_total", "seconds spent writing", s.completionSeconds());
        gauge(out, "requests_processing", "texts being read or written", s.active());
        gauge(out, "requests_waiting", "texts in the queue", s.waiting());
        response.header("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
        response.send(out.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void counter(StringBuilder out, String name, String help, long value) {
        head(out, name, help, "counter").append(value).append('\n');
    }

    private static void gauge(StringBuilder out, String name, String help, long value) {
        head(out, name, help, "gauge").append(value).append('\n');
    }

    private static void seconds(StringBuilder out, String name, String help, double value) {
        head(out, name, help, "counter")
                .append(String.format(Locale.ROOT, "%.6f", value))
                .append('\n');
    }

    private static StringBuilder head(StringBuilder out, String name, String help, String type) {
        String full = "athanor_" + name;
        return out.append("# HELP ")
                .append(full)
                .append(' ')
                .append(help)
                .append('\n')
                .append("# TYPE ")
                .append(full)
                .append(' ')
                .append(type)
                .append('\n')
                .append(full)
                .append(' ');
    }
}
