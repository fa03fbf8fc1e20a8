package dev.athanor.server.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every field with a range: what lies outside is refused by name with the range, what lies on its border is not. */
class FieldRangesTest {
    private static final String COMPLETIONS = "/v1/completions";
    private static final String CHAT = "/v1/chat/completions";

    /**
     * A field.
     *
     * @param range as the refusal says it
     * @param inside values that are accepted
     * @param outside values that are not
     */
    private record Field(String name, String range, List<String> inside, List<String> outside) {
        static Field number(String name, String least, String most, String... outside) {
            List<String> wrong = new ArrayList<>(List.of(outside));
            wrong.addAll(List.of("'1'", "true", "[1]", "1e400", "-1e400"));
            return new Field(name, least + " to " + most, List.of(least, most), wrong);
        }

        static Field whole(String name, String least, String most, String... outside) {
            List<String> wrong = new ArrayList<>(List.of(outside));
            wrong.addAll(List.of("1.5", "'1'", "99999999999999999999"));
            return new Field(name, least + " to " + most, List.of(least), wrong);
        }
    }

    private static final String INT = Integer.toString(Integer.MAX_VALUE);

    private static final List<Field> SAMPLING = List.of(
            Field.number("temperature", "0", "2", "-0.01", "2.01"),
            Field.number("top_p", "0", "1", "-0.01", "1.01"),
            Field.number("min_p", "0", "1", "-0.01", "1.01"),
            Field.number("typical_p", "0", "1", "-0.01", "1.01"),
            Field.number("presence_penalty", "-2", "2", "-2.01", "2.01"),
            Field.number("frequency_penalty", "-2", "2", "-2.01", "2.01"),
            Field.number("top_n_sigma", "-1", "100", "-1.01", "101"),
            Field.number("xtc_probability", "0", "1", "-0.01", "1.01"),
            Field.number("xtc_threshold", "0", "1", "-0.01", "1.01"),
            Field.number("dynatemp_range", "0", "2", "-0.01", "2.01"),
            Field.number("dynatemp_exponent", "0", "100", "-0.01", "101"),
            Field.number("repeat_penalty", "0.01", "100", "0", "-1", "101"),
            Field.number("dry_multiplier", "0", "100", "-0.01", "101"),
            Field.number("dry_base", "1", "100", "0.99", "101"),
            Field.number("mirostat_tau", "0", "100", "-0.01", "101"),
            Field.number("mirostat_eta", "0", "1", "-0.01", "1.01"),
            Field.number("adaptive_target", "-1", "1", "-1.01", "1.01"),
            Field.number("adaptive_decay", "0", "0.99", "-0.01", "1"),
            Field.whole("seed", Long.toString(Long.MIN_VALUE), Long.toString(Long.MAX_VALUE)),
            Field.whole("top_k", "-1", INT, "-2", "2147483648"),
            Field.whole("repeat_last_n", "-1", INT, "-2", "2147483648"),
            Field.whole("dry_allowed_length", "0", INT, "-1"),
            Field.whole("dry_penalty_last_n", "-1", INT, "-2"),
            Field.whole("mirostat", "0", "2", "-1", "3"));

    private static final List<Field> OF_COMPLETIONS = List.of(
            Field.whole("max_tokens", "1", INT, "0", "-1", "2147483648"),
            Field.whole("logprobs", "0", "20", "-1", "21"),
            Field.whole("n", "1", "128", "0", "-1", "129"),
            Field.whole("best_of", "1", "128", "0", "-1", "129"));

    private static final List<Field> OF_CHAT = List.of(
            Field.whole("max_tokens", "1", INT, "0", "-1", "2147483648"),
            Field.whole("max_completion_tokens", "1", INT, "0", "-1", "2147483648"),
            Field.whole("top_logprobs", "0", "20", "-1", "21"),
            Field.whole("n", "1", "16", "0", "-1", "17"));

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

    private static String body(boolean chat, String more) {
        String most = more.contains("max_") ? "" : ",'max_tokens':1";
        return (chat ? "{'messages':[{'role':'user','content':'Hi'}]" : "{'prompt':'Hi'") + most + "," + more + "}";
    }

    private static void check(boolean chat, List<Field> fields) {
        String path = chat ? CHAT : COMPLETIONS;
        for (Field field : fields) {
            for (String value : field.inside) {
                Bed.Came came = bed.post(
                        path, body(chat, "'" + field.name + "':" + value).replace('\'', '"'));
                assertEquals(
                        200,
                        came.status(),
                        field + " " + value + ": " + came.response().body());
            }
            for (String value : field.outside) {
                Bed.Came came =
                        bed.refused(400, path, body(chat, "'" + field.name + "':" + value), field.name, field.range);
                assertEquals(field.name, came.json().path("error").path("param").asString(""), value);
            }
        }
    }

    @Test
    void valuesOutsideTheirRangeAreRefusedByNameInCompletions() {
        check(false, SAMPLING);
        check(false, OF_COMPLETIONS);
    }

    @Test
    void valuesOutsideTheirRangeAreRefusedByNameInChat() {
        check(true, SAMPLING);
        check(true, OF_CHAT);
    }

    @Test
    void listsHaveAnEnd() {
        String stops = "'stop':[" + "'a',".repeat(16) + "'b']";
        bed.refused(400, COMPLETIONS, body(false, stops), "stop", "16");
        bed.refused(400, COMPLETIONS, body(false, "'stop':['']"), "stop", "1 to 1000");
        bed.refused(400, COMPLETIONS, body(false, "'stop':'" + "a".repeat(1001) + "'"), "stop", "1 to 1000");
        StringBuilder biases = new StringBuilder("'logit_bias':[");
        for (int i = 0; i < 1025; i++) {
            biases.append(i == 0 ? "" : ",").append("[1,1]");
        }
        bed.refused(400, COMPLETIONS, body(false, biases + "]"), "logit_bias", "1024");
        for (String bias :
                List.of("{'1':101}", "{'1':-101}", "{'-1':1}", "{'99999':1}", "{'a':1}", "[[1.5,1]]", "{'1':true}")) {
            bed.refused(400, COMPLETIONS, body(false, "'logit_bias':" + bias), "logit_bias");
        }
        bed.refused(400, COMPLETIONS, "{'prompt':[" + "'a',".repeat(128) + "'a']}", "prompt", "128");
        bed.refused(400, "/v1/embeddings", "{'input':[" + "'a',".repeat(256) + "'a']}", "input", "256");
        bed.refused(400, "/v1/embeddings", "{'input':'a','dimensions':31}", "dimensions", "64");
        bed.refused(400, "/v1/embeddings", "{'input':'a','encoding_format':'hex'}", "encoding_format", "base64");
    }

    @Test
    void whatNobodyReadsIsRefusedByItsName() {
        for (String field : List.of("'frobnicate':1", "'functions':[]", "'suffix':'x'", "'prediction':{}")) {
            String name = field.substring(1, field.indexOf('\'', 1));
            for (boolean chat : new boolean[] {true, false}) {
                Bed.Came came = bed.refused(400, chat ? CHAT : COMPLETIONS, body(chat, field), name);
                assertEquals(name, came.json().path("error").path("param").asString(""));
            }
        }
        bed.refused(400, CHAT, "{'messages':[{'role':'user','content':'x','colour':1}]}", "messages[0].colour");
        bed.refused(400, "/tokenize", "{'prompt':'x','colour':1}", "colour");
        bed.refused(400, "/v1/embeddings", "{'input':'x','colour':1}", "colour");
        bed.refused(400, CHAT, body(true, "'stream_options':{'include_usage':true}"), "stream_options");
        bed.refused(400, CHAT, body(true, "'top_logprobs':2"), "logprobs");
        bed.refused(400, CHAT, body(true, "'store':true"), "store");
        assertTrue(bed.post(CHAT, body(true, "'user':null,'frobnicate':null").replace('\'', '"'))
                        .status()
                == 200);
    }

    @Test
    void tokenIdsAreWholeAndOfThisVocabulary() {
        for (String ids : List.of(
                "[1,-1]",
                "[1,999999]",
                "[1,1.5]",
                "[1,'2']",
                "[1,null]",
                "[1,99999999999]",
                "[[1,-1]]",
                "[]",
                "[[]]")) {
            bed.refused(400, COMPLETIONS, "{'prompt':" + ids + "}", "prompt");
        }
        bed.refused(400, "/detokenize", "{'tokens':[0.5]}", "tokens[0]");
        bed.refused(400, "/v1/embeddings", "{'input':[-1]}", "input");
    }
}
