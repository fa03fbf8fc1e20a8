package dev.athanor.chat;

import dev.athanor.chat.template.ChatTemplate;
import dev.athanor.chat.template.Rendered;
import dev.athanor.chat.template.TemplateException;
import dev.athanor.chat.template.TemplateLimits;
import dev.athanor.chat.template.TemplateNone;
import dev.athanor.checkpoint.ChatSource;
import dev.athanor.generate.constraint.Constraint;
import dev.athanor.tokenizer.Tokenizer;
import java.time.Clock;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A conversation as the model's own chat template has it. */
public final class TemplateFormat implements ChatFormat {
    /** Control tokens that end an answer where a template names them. */
    private static final List<String> ENDS = List.of(
            "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "</s>", "<|eot|>");

    /** Control tokens that belong to an answer. */
    private static final List<String> SPOKEN = List.of(
            AnswerReader.CALL,
            AnswerReader.CALLED,
            AnswerReader.THINK,
            AnswerReader.THOUGHT,
            "<|python_tag|>",
            "[TOOL_CALLS]");

    private static final JsonMapper MAPPER = new JsonMapper();

    private final ChatSource source;
    private final Tokenizer tokenizer;
    private final Clock clock;
    private final SpecialText special;
    private final ChatTemplate plain;
    private final Optional<ChatTemplate> withTools;
    private final Set<Integer> ends;

    /**
     * @param clock for templates that name the day
     * @throws IllegalArgumentException when the template cannot be read
     */
    public TemplateFormat(ChatSource source, Tokenizer tokenizer, Clock clock) {
        this.source = source;
        this.tokenizer = tokenizer;
        this.clock = clock;
        this.special = new SpecialText(tokenizer);
        String text = source.template(false).orElseThrow();
        String tools = source.template(true).orElseThrow();
        this.plain = parse(text);
        this.withTools = tools.contains("tools") ? Optional.of(parse(tools)) : Optional.empty();
        this.ends = new HashSet<>();
        for (String end : ENDS) {
            if (tokenizer.id(end) >= 0 && text.contains(end)) {
                ends.add(tokenizer.id(end));
            }
        }
        Optional.ofNullable(source.tokens().get("eos_token"))
                .filter(name -> tokenizer.id(name) >= 0)
                .ifPresent(name -> ends.add(tokenizer.id(name)));
    }

    private ChatTemplate parse(String text) {
        try {
            return ChatTemplate.parse(text);
        } catch (TemplateException e) {
            throw new IllegalArgumentException(source.origin() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String origin() {
        return source.origin();
    }

    @Override
    public int[] encode(List<Message> messages, List<Tool> tools, boolean answering) {
        return special.encode(rendered(messages, tools, answering));
    }

    private Rendered rendered(List<Message> messages, List<Tool> tools, boolean answering) {
        if (!tools.isEmpty() && withTools.isEmpty()) {
            throw new IllegalArgumentException(
                    "tools: expected none, for this model's chat template does not speak of tools, found "
                            + tools.size());
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("messages", messages.stream().map(TemplateFormat::message).toList());
        data.put(
                "tools",
                tools.isEmpty()
                        ? TemplateNone.NONE
                        : tools.stream().map(TemplateFormat::tool).toList());
        data.put("documents", TemplateNone.NONE);
        data.put("add_generation_prompt", answering);
        ChatTemplate template = tools.isEmpty() ? plain : withTools.orElseThrow();
        try {
            return template.render(data, source.tokens(), TemplateLimits.DEFAULT, LocalDateTime.now(clock));
        } catch (TemplateException e) {
            throw new IllegalArgumentException(
                    "messages: expected a conversation that the model's chat template can say, found: "
                            + e.getMessage(),
                    e);
        }
    }

    private static Map<String, Object> message(Message message) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("role", message.speaker().word());
        map.put("content", message.content());
        if (!message.calls().isEmpty()) {
            map.put(
                    "tool_calls",
                    message.calls().stream().map(TemplateFormat::call).toList());
        }
        if (!message.callId().isEmpty()) {
            map.put("tool_call_id", message.callId());
        }
        return map;
    }

    private static Map<String, Object> call(ToolCall call) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", call.name());
        function.put("arguments", json(call.arguments()));
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("type", "function");
        map.put("id", call.id());
        map.put("function", function);
        return map;
    }

    private static Map<String, Object> tool(Tool tool) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", tool.name());
        function.put("description", tool.description());
        function.put("parameters", json(tool.parameters()));
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("type", "function");
        map.put("function", function);
        return map;
    }

    private static Object json(String text) {
        try {
            return value(MAPPER.readTree(text));
        } catch (JacksonException e) {
            return text; // what a model wrote as arguments may be no JSON
        }
    }

    private static Object value(JsonNode node) {
        if (node.isObject()) {
            Map<String, Object> map = new LinkedHashMap<>();
            node.properties().forEach(e -> map.put(e.getKey(), value(e.getValue())));
            return map;
        }
        if (node.isArray()) {
            List<Object> list = new ArrayList<>();
            node.forEach(each -> list.add(value(each)));
            return list;
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        if (node.isIntegralNumber() && node.canConvertToLong()) {
            return node.longValue();
        }
        if (node.isNumber()) {
            return node.doubleValue();
        }
        return node.isNull() || node.isMissingNode() ? TemplateNone.NONE : node.stringValue();
    }

    @Override
    public Lesson lesson(List<Message> messages, List<Tool> tools) {
        Rendered whole = rendered(messages, tools, false);
        int[] tokens = special.encode(whole);
        if (whole.spans().stream().anyMatch(Rendered.Span::generation)) {
            Optional<boolean[]> marks = new SpokenBytes(tokenizer).marks(whole, tokens);
            if (marks.isPresent()) {
                return new Lesson(tokens, marks.get());
            }
        }
        return new Lesson(tokens, byBeginnings(messages, tools, tokens));
    }

    /** What an answer adds to the tokens that ask for it, answer by answer. */
    private boolean[] byBeginnings(List<Message> messages, List<Tool> tools, int[] tokens) {
        boolean[] marks = new boolean[tokens.length];
        boolean any = false;
        for (int i = 0; i < messages.size(); i++) {
            if (messages.get(i).speaker() != Speaker.ASSISTANT || i == 0) {
                continue;
            }
            int[] asked = encode(messages.subList(0, i), tools, true);
            int[] answered = encode(messages.subList(0, i + 1), tools, false);
            int same = common(answered, tokens);
            if (common(asked, answered) == asked.length && same > asked.length) {
                Arrays.fill(marks, asked.length, same, true);
                any = true;
            }
        }
        if (!any) {
            throw new IllegalArgumentException(
                    "messages: expected answers that the model's chat template writes behind their questions, found none; "
                            + "mark them with {% generation %} in the template");
        }
        return marks;
    }

    private static int common(int[] a, int[] b) {
        int mismatch = Arrays.mismatch(a, b);
        return mismatch < 0 ? a.length : mismatch;
    }

    @Override
    public List<String> stops() {
        return List.of();
    }

    @Override
    public Set<Integer> endTokens() {
        return Set.copyOf(ends);
    }

    @Override
    public Set<Integer> spoken() {
        Set<Integer> ids = new HashSet<>();
        SPOKEN.stream().map(tokenizer::id).filter(id -> id >= 0).forEach(ids::add);
        return ids;
    }

    @Override
    public Answer read(String text, List<Tool> tools) {
        return AnswerReader.read(text, tools);
    }

    @Override
    public Constraint calling(List<Tool> tools) {
        if (withTools.isEmpty()) {
            throw new IllegalArgumentException(
                    "tools: expected none, for this model's chat template does not speak of tools, found "
                            + tools.size());
        }
        return ToolForms.calling(tools, source.template(true).orElseThrow().contains(AnswerReader.CALL));
    }

    @Override
    public boolean speaksOfTools() {
        return withTools.isPresent();
    }

    @Override
    public boolean trims() {
        return false;
    }
}
