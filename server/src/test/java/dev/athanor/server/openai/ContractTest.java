package dev.athanor.server.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What the server promises beyond the shape of its answers. */
class ContractTest {
    private static final String COMPLETIONS = "/v1/completions";
    private static final String CHAT = "/v1/chat/completions";
    private static final String HELLO = "'messages':[{'role':'user','content':'Hello there, who are you?'}]";
    private static final String LONG = "Once upon a time there was a king who had a bird and a garden. ".repeat(8);

    @TempDir
    private static Path directory = Path.of("");

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Bed bed;

    @BeforeAll
    static void open() {
        bed = new Bed(Bed.model(directory), ServeOptions.LOCAL);
    }

    @AfterAll
    static void close() {
        bed.close();
    }

    @Test
    void aSeedGivesTheSameTokensAloneInCompanyOf32AndStreamed() throws Exception {
        String body = "{'prompt':'The king and the bird','max_tokens':40,'seed':7,'logprobs':2,'ignore_eos':true%s}";
        JsonNode alone = bed.ask(COMPLETIONS, body.formatted("")).choice();
        try (ExecutorService others = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> company = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                String other = "{'prompt':'" + "A bird sang. ".repeat(i + 1) + "','max_tokens':60,'seed':" + i + "}";
                company.add(others.submit(() -> bed.ask(COMPLETIONS, other)));
            }
            assertEquals(alone, bed.ask(COMPLETIONS, body.formatted("")).choice());
            for (Future<?> each : company) {
                each.get();
            }
        }
        List<ObjectNode> events =
                bed.ask(COMPLETIONS, body.formatted(",'stream':true")).events();
        assertEquals(alone.path("text").stringValue(), Bed.joined(events));
        List<JsonNode> scores = new ArrayList<>();
        for (ObjectNode event : events) {
            event.path("choices").get(0).path("logprobs").path("token_logprobs").forEach(scores::add);
        }
        List<JsonNode> wanted = new ArrayList<>();
        alone.path("logprobs").path("token_logprobs").forEach(wanted::add);
        assertEquals(wanted, scores);
        assertNotEquals(
                alone.path("text"),
                bed.ask(COMPLETIONS, body.replace("'seed':7", "'seed':8").formatted(""))
                        .choice()
                        .path("text"));
    }

    @Test
    void chatHasTheSameTextStreamedAndNot() {
        String body = "{" + HELLO + ",'max_tokens':30,'seed':3%s}";
        Bed.Came whole = bed.ask(CHAT, body.formatted(""));
        List<ObjectNode> events = bed.ask(
                        CHAT, body.formatted(",'stream':true,'stream_options':{'include_usage':true}"))
                .events();
        assertEquals(whole.text(), Bed.joined(events));
        JsonNode first = events.getFirst().path("choices").get(0).path("delta");
        assertEquals(
                "assistant", first.path("role").asString(""), events.getFirst().toString());
        ObjectNode last = events.getLast();
        assertEquals(0, last.path("choices").size());
        assertEquals(
                whole.json().path("usage").path("completion_tokens"),
                last.path("usage").path("completion_tokens"));
    }

    @Test
    void aStopTextAcrossTokensEndsTheTextBeforeItStreamedAndNot() {
        String body = "{'prompt':'The king','temperature':0,'max_tokens':40%s}";
        String free = bed.ask(COMPLETIONS, body.formatted("")).text();
        for (int from : new int[] {3, 10, free.length() - 6}) {
            String stop = free.substring(from, from + 5);
            ObjectNode more = Bed.JSON.createObjectNode();
            more.putArray("stop").add(stop);
            String with = ","
                    + more.toString().substring(1, more.toString().length() - 1).replace('"', '\'');
            if (stop.indexOf('\'') >= 0 || stop.indexOf('"') >= 0) {
                continue; // the test's own quotes
            }
            String wanted = free.substring(0, free.indexOf(stop));
            assertEquals(wanted, bed.ask(COMPLETIONS, body.formatted(with)).text(), stop);
            assertEquals(
                    wanted,
                    Bed.joined(bed.ask(COMPLETIONS, body.formatted(with + ",'stream':true"))
                            .events()));
        }
    }

    @Test
    void biasChoosesForbidsAndIsReadInBothForms() {
        int[] ids = bed.tokens("king");
        String one = bed.assistant.tokenizer().decode(ids[0]);
        String body = "{'prompt':'The','temperature':0,'max_tokens':3,'logit_bias':%s}";
        assertEquals(
                one.repeat(3),
                bed.ask(COMPLETIONS, body.formatted("{'" + ids[0] + "':100}")).text());
        assertEquals(
                one.repeat(3),
                bed.ask(COMPLETIONS, body.formatted("[[" + ids[0] + ",100]]")).text());
        Bed.Came free = bed.ask(COMPLETIONS, "{'prompt':'The','temperature':0,'max_tokens':1,'logprobs':0}");
        String likeliest = free.choice().path("logprobs").path("tokens").get(0).stringValue();
        int id = bed.assistant.tokenizer().id(likeliest);
        if (id >= 0) {
            assertNotEquals(
                    free.text(),
                    bed.ask(
                                    COMPLETIONS,
                                    "{'prompt':'The','temperature':0,'max_tokens':1,'logit_bias':[[" + id + ",false]]}")
                            .text());
        }
    }

    @Test
    void severalAnswersDifferAndTheirPromptCountsOnce() {
        Bed.Came came = bed.ask(CHAT, "{" + HELLO + ",'max_tokens':20,'seed':5,'n':3}");
        assertEquals(3, came.json().path("choices").size());
        Bed.Came alone = bed.ask(CHAT, "{" + HELLO + ",'max_tokens':20,'seed':5}");
        assertEquals(alone.text(), came.text());
        assertEquals(
                alone.json().path("usage").path("prompt_tokens"),
                came.json().path("usage").path("prompt_tokens"));
        assertNotEquals(
                came.json().path("choices").get(0).path("message"),
                came.json().path("choices").get(1).path("message"));
    }

    @Test
    void aSchemaIsKeptAndARefusedOneNamesItsPlace() {
        String schema = "{'type':'object','properties':{'name':{'type':'string','maxLength':6},"
                + "'age':{'type':'integer','minimum':0,'maximum':120},'kind':{'enum':['a','b']}},"
                + "'required':['name','age','kind'],'additionalProperties':false}";
        for (int seed = 0; seed < 4; seed++) {
            String text = bed.ask(
                            CHAT,
                            "{" + HELLO + ",'max_tokens':300,'seed':" + seed
                                    + ",'response_format':{'type':'json_schema','json_schema':{'name':'x','strict':true,'schema':"
                                    + schema + "}}}")
                    .text();
            var errors = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(schema.replace('\'', '"'), InputFormat.JSON)
                    .validate(text, InputFormat.JSON);
            assertTrue(errors.isEmpty(), "seed " + seed + ": " + text + ": " + errors);
        }
        bed.refused(
                400,
                CHAT,
                "{" + HELLO + ",'response_format':{'type':'json_schema','json_schema':{'schema':"
                        + "{'type':'object','properties':{'when':{'not':{'type':'string'}}}}}}}",
                "response_format",
                "properties/when");
        bed.refused(400, CHAT, "{" + HELLO + ",'response_format':{'type':'regex','pattern':'(a'}}", "response_format");
    }

    @Test
    void aRegularExpressionIsKept() {
        String text = bed.ask(
                        COMPLETIONS,
                        "{'prompt':'At','max_tokens':50,'response_format':{'type':'regex','pattern':'[0-9]{2}:[0-9]{2} (am|pm)'}}")
                .text();
        assertTrue(text.matches("[0-9]{2}:[0-9]{2} (am|pm)"), text);
    }

    @Test
    void charactersOfSeveralBytesAreStreamedWhole() {
        String body = "{'prompt':'x','max_tokens':200,'seed':2,'stream':true,"
                + "'response_format':{'type':'regex','pattern':'(😀|é|漢|👩‍🚀){9}'}}";
        List<ObjectNode> events = bed.ask(COMPLETIONS, body).events();
        for (ObjectNode event : events) {
            String piece = event.path("choices").get(0).path("text").stringValue();
            assertFalse(piece.contains("\uFFFD"), piece);
            assertTrue(
                    piece.isEmpty()
                            || !Character.isHighSurrogate(piece.charAt(piece.length() - 1))
                                    && !Character.isLowSurrogate(piece.charAt(0)),
                    event.toString());
        }
        assertTrue(Bed.joined(events).matches("(😀|é|漢|👩‍🚀){9}"), Bed.joined(events));
    }

    private static String tools() {
        return "'tools':[{'type':'function','function':{'name':'weather','description':'tells it','parameters':"
                + "{'type':'object','properties':{'town':{'enum':['Rome','Oslo']}},'required':['town'],'additionalProperties':false}}},"
                + "{'type':'function','function':{'name':'clock','parameters':{'type':'object','properties':{},'additionalProperties':false}}}]";
    }

    @Test
    void aRequiredOrNamedToolIsCalledWithArgumentsThatFit() {
        for (String choice : List.of("'required'", "{'type':'function','function':{'name':'weather'}}")) {
            Bed.Came came = bed.ask(
                    CHAT, "{" + HELLO + ",'max_tokens':200,'seed':4," + tools() + ",'tool_choice':" + choice + "}");
            JsonNode call = came.choice().path("message").path("tool_calls").get(0);
            assertEquals(
                    "tool_calls",
                    came.choice().path("finish_reason").stringValue(),
                    came.json().toString());
            String name = call.path("function").path("name").stringValue();
            assertTrue(
                    choice.contains("weather")
                            ? name.equals("weather")
                            : List.of("weather", "clock").contains(name));
            JsonNode arguments =
                    Bed.JSON.readTree(call.path("function").path("arguments").stringValue());
            assertTrue(
                    name.equals("clock")
                            ? arguments.isEmpty()
                            : List.of("Rome", "Oslo")
                                    .contains(arguments.path("town").stringValue()),
                    arguments.toString());
            List<ObjectNode> events = bed.ask(
                            CHAT,
                            "{" + HELLO + ",'max_tokens':200,'seed':4,'stream':true," + tools() + ",'tool_choice':"
                                    + choice + "}")
                    .events();
            List<JsonNode> parts = events.stream()
                    .map(e -> e.path("choices").get(0).path("delta").path("tool_calls"))
                    .filter(JsonNode::isArray)
                    .map(array -> array.get(0))
                    .toList();
            assertEquals(name, parts.getFirst().path("function").path("name").stringValue());
            assertTrue(parts.size() > 1, "arguments are sent as they come: " + parts);
            StringBuilder joined = new StringBuilder();
            for (JsonNode part : parts) {
                assertEquals(0, part.path("index").intValue());
                assertEquals(part == parts.getFirst(), part.has("id"), part.toString());
                joined.append(part.path("function").path("arguments").stringValue());
            }
            assertEquals(arguments, Bed.JSON.readTree(joined.toString()));
            assertEquals("", Bed.joined(events));
        }
        bed.refused(
                400,
                CHAT,
                "{" + HELLO + "," + tools() + ",'tool_choice':{'type':'function','function':{'name':'no'}}}",
                "tool_choice");
    }

    @Test
    void aCallThatTheModelWritesByItselfIsFound() {
        String pattern = "<tool_call>\\\\{\\\"name\\\": \\\"clock\\\", \\\"arguments\\\": \\\\{\\\\}\\\\}</tool_call>";
        String body = "{" + HELLO + ",'max_tokens':100," + tools()
                + ",'tool_choice':'auto','response_format':{'type':'regex','pattern':'" + pattern + "'}}";
        Bed.Came came = bed.ask(CHAT, body);
        JsonNode message = came.choice().path("message");
        assertEquals(
                "clock",
                message.path("tool_calls").get(0).path("function").path("name").asString(""),
                came.json().toString());
        assertTrue(message.path("content").isNull(), message.toString());
        ObjectNode next = Bed.JSON.createObjectNode();
        next.putArray("messages").addObject().put("role", "user").put("content", "What time is it?");
        ((tools.jackson.databind.node.ArrayNode) next.path("messages")).add(message);
        next.withArray("messages")
                .addObject()
                .put("role", "tool")
                .put("content", "noon")
                .put("tool_call_id", "call_0");
        bed.ask(CHAT, next.put("max_tokens", 5).toString());
    }

    @Test
    void aPromptThatWasReadIsNotReadAgain() {
        String body = "{'prompt':'" + LONG + "','max_tokens':1,'seed':1,'temperature':0%s}";
        long before = bed.assistant.engine().stats().promptTokens();
        Bed.Came first = bed.ask(COMPLETIONS, body.formatted(""));
        long between = bed.assistant.engine().stats().promptTokens();
        Bed.Came second = bed.ask(COMPLETIONS, body.formatted(""));
        long after = bed.assistant.engine().stats().promptTokens();
        JsonNode usage = second.json().path("usage");
        int prompt = usage.path("prompt_tokens").intValue();
        int cached = usage.path("prompt_tokens_details").path("cached_tokens").intValue();
        assertEquals(prompt, between - before);
        assertTrue(cached >= prompt - 2, usage.toString());
        assertEquals(prompt - cached, after - between);
        assertEquals(first.text(), second.text());
        JsonNode own = bed.ask(COMPLETIONS, body.formatted(",'cache_prompt':false"))
                .json()
                .path("usage");
        assertEquals(0, own.path("prompt_tokens_details").path("cached_tokens").intValue(), own.toString());
    }

    @Test
    void aPromptThatDoesNotFitIsRefusedWithBothNumbers() {
        String text = "king ".repeat(3000);
        int tokens = bed.tokens(text).length;
        bed.refused(400, COMPLETIONS, "{'prompt':'" + text + "'}", "prompt", "1023", "" + tokens);
        Bed.Came came =
                bed.refused(400, CHAT, "{'messages':[{'role':'user','content':'" + text + "'}]}", "messages", "1023");
        assertTrue(came.message().matches(".*found [0-9]{4,}.*"), came.message());
        assertEquals("messages", came.json().path("error").path("param").asString(""));
    }

    @Test
    void anotherModelsNameIsNotFound() {
        bed.refused(404, CHAT, "{'model':'gpt-9'," + HELLO + "}", "model", "tiny");
        assertEquals(404, bed.get("/v1/models/gpt-9").status());
        assertEquals(200, bed.get("/v1/models/tiny").status());
    }
}
