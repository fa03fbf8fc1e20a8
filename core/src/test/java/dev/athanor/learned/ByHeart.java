package dev.athanor.learned;

import dev.athanor.chat.Lesson;
import dev.athanor.chat.Message;
import dev.athanor.chat.TemplateFormat;
import dev.athanor.chat.Tool;
import dev.athanor.checkpoint.ChatSource;
import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.SaveOptions;
import dev.athanor.kernel.Compute;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameters;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Tensor;
import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.BpeTokenizer;
import dev.athanor.tokenizer.TokenizerJson;
import dev.athanor.train.AdamW;
import dev.athanor.train.Initializer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Makes a small model that knows a few conversations by heart, for tests of what surrounds a model: it knows nothing
 * else, and a test with it shows nothing about knowledge.
 */
public final class ByHeart {
    /** ChatML, with tools as Hermes has them but fewer words around. */
    public static final String TEMPLATE = """
            {%- if tools -%}
            <|im_start|>system
            {% for tool in tools -%}
            {{ tool.function | tojson }}
            {% endfor -%}
            Call with <tool_call><|im_end|>
            {% endif -%}
            {%- for message in messages -%}
            <|im_start|>{{ message.role }}
            {% if message.content -%}
            {{ message.content }}
            {%- endif -%}
            {%- for call in message.tool_calls or [] -%}
            {%- if not loop.first %}{{ "\\n" }}{% endif -%}
            <tool_call>
            {"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
            </tool_call>
            {%- endfor -%}
            <|im_end|>
            {% endfor -%}
            {%- if add_generation_prompt -%}
            <|im_start|>assistant
            {% endif -%}
            """;

    private static final List<String> SPECIAL = List.of(BpeTokenizer.END_OF_TEXT, "<|im_start|>", "<|im_end|>");
    private static final int CONTEXT = 512;
    private static final int BATCH = 8;

    private ByHeart() {}

    /** A conversation that ends with the answer to be learned. */
    public record Conversation(List<Message> messages, List<Tool> tools) {}

    /**
     * Trains for {@code steps} and writes a model directory in the layout of Hugging Face.
     *
     * @return mean loss of the last steps, nats a token
     */
    public static double learn(Path directory, List<Conversation> conversations, int steps) {
        BpeTokenizer tokenizer = tokenizer(conversations);
        ChatSource source = ChatSource.of("test", TEMPLATE, Map.of("eos_token", "<|im_end|>"));
        TemplateFormat format = new TemplateFormat(source, tokenizer, Clock.systemUTC());
        List<Lesson> lessons = conversations.stream()
                .map(each -> format.lesson(each.messages(), each.tools()))
                .sorted(Comparator.comparingInt(lesson -> lesson.tokens().length))
                .toList();
        Parameters parameters = Initializer.initialize(config(tokenizer), 0.05, 1);
        double loss;
        try (Compute compute = Compute.create(2)) {
            loss = train(new Transformer(parameters, compute), lessons, steps, compute);
        }
        SaveOptions options =
                new SaveOptions(DType.F32, SaveOptions.DEFAULT.shardBytes(), Map.of("chat_template.jinja", TEMPLATE));
        Checkpoint.save(directory, parameters, java.util.Optional.of(TokenizerJson.write(tokenizer)), options);
        return loss;
    }

    private static BpeTokenizer tokenizer(List<Conversation> conversations) {
        BpeLearner learner = new BpeLearner();
        for (Conversation conversation : conversations) {
            for (int i = 0; i < 2; i++) { // a pair must occur twice to be merged
                conversation.messages().forEach(message -> {
                    learner.feed(message.content());
                    message.calls()
                            .forEach(call -> learner.feed("<tool_call>\n{\"name\": \"" + call.name()
                                    + "\", \"arguments\": " + call.arguments() + "}\n</tool_call>"));
                });
                conversation.tools().forEach(tool -> learner.feed(tool.toString()));
            }
        }
        return learner.learn(1000, SPECIAL);
    }

    private static ModelConfig config(BpeTokenizer tokenizer) {
        int end = tokenizer.id("<|im_end|>");
        return new ModelConfig(
                ModelConfig.Family.QWEN3,
                tokenizer.vocabularySize(),
                CONTEXT,
                2,
                96,
                4,
                2,
                24,
                256,
                ModelConfig.NormKind.RMS_NORM,
                1e-6f,
                ModelConfig.Activation.SILU_GATED,
                new ModelConfig.Positions.Rotary(10_000, 24),
                false,
                true,
                false,
                false,
                false,
                true,
                OptionalInt.empty(),
                0f,
                OptionalInt.of(end),
                OptionalInt.of(end));
    }

    private static double train(Transformer model, List<Lesson> lessons, int steps, Compute compute) {
        List<Tensor> gradients = model.parameters().list().stream()
                .map(p -> Tensor.zeros(p.spec().shape().toArray()))
                .toList();
        AdamW optimizer =
                new AdamW(model.parameters().list(), new AdamW.Settings(4e-3, 0.9, 0.98, 1e-8, 0.01), compute);
        List<Batch> batches = new ArrayList<>();
        for (int at = 0; at < lessons.size(); at += BATCH) {
            batches.add(Batch.of(lessons.subList(at, Math.min(at + BATCH, lessons.size()))));
        }
        int counted = batches.stream().mapToInt(Batch::counted).sum();
        double loss = 0;
        for (int step = 0; step < steps; step++) {
            gradients.forEach(g -> Arrays.fill(g.data(), g.offset(), g.offset() + g.size(), 0f));
            loss = 0;
            for (Batch b : batches) {
                loss += model.lossAndGradients(
                        b.tokens, b.targets, b.rows, b.length, 1f / counted, gradients, true, step);
            }
            double rate = Math.min(1, (step + 1) / 10.0) * Math.min(1, 2.5 * (steps - step) / steps);
            optimizer.step(gradients, 1f, rate);
        }
        return loss / counted;
    }

    /** Lessons of about one length, filled up to the longest. */
    private record Batch(int[] tokens, int[] targets, int rows, int length, int counted) {
        static Batch of(List<Lesson> lessons) {
            int length = lessons.stream()
                            .mapToInt(lesson -> lesson.tokens().length)
                            .max()
                            .orElseThrow()
                    - 1;
            int[] tokens = new int[lessons.size() * length];
            int[] targets = new int[tokens.length];
            Arrays.fill(targets, -1);
            int counted = 0;
            for (int row = 0; row < lessons.size(); row++) {
                int[] words = lessons.get(row).tokens();
                boolean[] learned = lessons.get(row).learned();
                for (int i = 0; i + 1 < words.length; i++) {
                    tokens[row * length + i] = words[i];
                    if (learned[i + 1]) {
                        targets[row * length + i] = words[i + 1];
                        counted++;
                    }
                }
            }
            return new Batch(tokens, targets, lessons.size(), length, counted);
        }
    }
}
