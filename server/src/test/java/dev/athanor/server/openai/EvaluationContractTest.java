package dev.athanor.server.openai;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.kernel.Compute;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What lm-evaluation-harness sends to {@code local-completions}, and exactly how it reads the answers. */
class EvaluationContractTest {
    private static final String[] TEXTS = {"The king saw a bird", "Once upon a time there was a girl", "ha"};

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

    private static ObjectNode scoring(JsonNode prompt) {
        ObjectNode request = Bed.JSON.createObjectNode();
        request.put("model", "tiny");
        request.set("prompt", prompt);
        request.put("temperature", 0).put("max_tokens", 1).put("logprobs", 1).put("seed", 1234);
        return request.put("echo", true);
    }

    private static ArrayNode array(int[] ids) {
        ArrayNode array = Bed.JSON.createArrayNode();
        for (int id : ids) {
            array.add(id);
        }
        return array;
    }

    /** As the harness sums them: entries {@code [ctxlen:-1]}, greedy where each is its entry's largest. */
    private record Score(double sum, boolean greedy) {
        static Score of(JsonNode choice, int[] prompt, int context) {
            JsonNode logprobs = choice.path("logprobs");
            JsonNode own = logprobs.path("token_logprobs");
            JsonNode tops = logprobs.path("top_logprobs");
            assertEquals(prompt.length + 1, own.size(), "the prompt and exactly one more token: " + choice);
            assertEquals(prompt.length + 1, tops.size());
            assertEquals(prompt.length + 1, logprobs.path("tokens").size());
            assertEquals(prompt.length + 1, logprobs.path("text_offset").size());
            assertTrue(own.get(0).isNull() && tops.get(0).isNull(), "nothing comes before the first: " + choice);
            double sum = 0;
            boolean greedy = true;
            for (int i = context; i < own.size() - 1; i++) {
                sum += own.get(i).doubleValue();
                double most = Double.NEGATIVE_INFINITY;
                boolean there = false;
                for (JsonNode each : tops.get(i)) {
                    most = Math.max(most, each.doubleValue());
                    there |= each.doubleValue() == own.get(i).doubleValue();
                }
                assertTrue(there, "the token's own number is in its entry, bit by bit: " + tops.get(i));
                greedy &= own.get(i).doubleValue() == most;
            }
            return new Score(sum, greedy);
        }
    }

    /** From the forward pass itself, in doubles. */
    private static Score directly(int[] prompt, int context) {
        try (Compute compute = Compute.create(1)) {
            Transformer model = new Transformer(bed.assistant.model().parameters(), compute);
            Tensor logits = model.logits(prompt, 1, prompt.length);
            int v = model.config().vocabularySize();
            double sum = 0;
            boolean greedy = true;
            for (int i = context; i < prompt.length; i++) {
                int row = logits.offset() + (i - 1) * v;
                double most = Double.NEGATIVE_INFINITY;
                for (int j = 0; j < v; j++) {
                    most = Math.max(most, logits.data()[row + j]);
                }
                double total = 0;
                for (int j = 0; j < v; j++) {
                    total += Math.exp(logits.data()[row + j] - most);
                }
                sum += logits.data()[row + prompt[i]] - most - Math.log(total);
                greedy &= logits.data()[row + prompt[i]] == most;
            }
            return new Score(sum, greedy);
        }
    }

    @Test
    void logLikelihoodsAreThoseOfTheForwardPassInEveryFormOfPrompt() {
        ArrayNode texts = Bed.JSON.createArrayNode();
        ArrayNode lists = Bed.JSON.createArrayNode();
        for (String text : TEXTS) {
            texts.add(text);
            lists.add(array(bed.tokens(text)));
        }
        ObjectNode ofTexts =
                bed.ask("/v1/completions", scoring(texts).toString()).json();
        ObjectNode ofLists =
                bed.ask("/v1/completions", scoring(lists).toString()).json();
        assertEquals(TEXTS.length, ofTexts.path("choices").size());
        for (int i = 0; i < TEXTS.length; i++) {
            int[] prompt = bed.tokens(TEXTS[i]);
            JsonNode choice = ofTexts.path("choices").get(i);
            assertEquals(i, choice.path("index").intValue());
            assertEquals(choice, ofLists.path("choices").get(i));
            ArrayNode one = Bed.JSON.createArrayNode().add(TEXTS[i]);
            assertEquals(
                    choice.path("logprobs"),
                    bed.ask("/v1/completions", scoring(one).toString()).choice().path("logprobs"));
            assertEquals(
                    choice.path("logprobs"),
                    bed.ask("/v1/completions", scoring(one.get(0)).toString())
                            .choice()
                            .path("logprobs"));
            assertEquals(
                    choice.path("logprobs"),
                    bed.ask("/v1/completions", scoring(array(prompt)).toString())
                            .choice()
                            .path("logprobs"));
            Score served = Score.of(choice, prompt, 1);
            Score direct = directly(prompt, 1);
            // Both sum the same 32-bit logits; a log-probability is rounded to a float once, and passes over rows of
            // other counts differ in the last bits of logits of size 10.
            double tolerance = prompt.length * 1e-5 * Math.max(1, Math.abs(direct.sum) / prompt.length);
            assertEquals(direct.sum, served.sum, tolerance, TEXTS[i]);
            assertEquals(direct.greedy, served.greedy, TEXTS[i]);
            String text = choice.path("text").stringValue();
            assertTrue(text.startsWith(TEXTS[i]), text);
        }
    }

    @Test
    void aContinuationThatTheModelWouldWriteIsGreedyAndAnotherIsNot() {
        int[] context = bed.tokens("The king");
        ObjectNode request = Bed.JSON.createObjectNode();
        request.set("prompt", array(context));
        request.put("temperature", 0).put("max_tokens", 5).put("logprobs", 0).put("ignore_eos", true);
        JsonNode own = bed.ask("/v1/completions", request.toString()).choice();
        String written = own.path("text").stringValue();
        request.put("echo", true);
        JsonNode echoed = bed.ask("/v1/completions", request.toString()).choice();
        assertEquals("The king" + written, echoed.path("text").stringValue());
        ObjectNode greedy = Bed.JSON.createObjectNode();
        int[] all = greedyIds(context, 5);
        Score score = Score.of(
                bed.ask("/v1/completions", scoring(array(all)).toString()).choice(), all, context.length);
        assertTrue(score.greedy, greedy.toString());
        all[all.length - 1] = (all[all.length - 1] + 1) % 256;
        assertEquals(
                false,
                Score.of(
                                bed.ask("/v1/completions", scoring(array(all)).toString())
                                        .choice(),
                                all,
                                context.length)
                        .greedy);
    }

    private static int[] greedyIds(int[] context, int count) {
        try (Compute compute = Compute.create(1)) {
            Transformer model = new Transformer(bed.assistant.model().parameters(), compute);
            int[] ids = context;
            for (int n = 0; n < count; n++) {
                Tensor logits = model.logits(ids, 1, ids.length);
                int v = model.config().vocabularySize();
                int best = 0;
                int row = logits.offset() + (ids.length - 1) * v;
                for (int j = 1; j < v; j++) {
                    best = logits.data()[row + j] > logits.data()[row + best] ? j : best;
                }
                ids = java.util.Arrays.copyOf(ids, ids.length + 1);
                ids[ids.length - 1] = best;
            }
            return ids;
        }
    }

    @Test
    void theOneTokenBehindAPromptIsThereEvenWhenItEndsTheText() {
        int end = bed.assistant.tokenizer().endOfText();
        ObjectNode request = scoring(array(bed.tokens(TEXTS[0])));
        request.putObject("logit_bias").put(Integer.toString(end), 100);
        JsonNode choice = bed.ask("/v1/completions", request.toString()).choice();
        assertEquals("stop", choice.path("finish_reason").stringValue());
        int tokens = choice.path("logprobs").path("tokens").size();
        assertEquals(bed.tokens(TEXTS[0]).length + 1, tokens);
        assertEquals(
                "<|endoftext|>",
                choice.path("logprobs").path("tokens").get(tokens - 1).stringValue());
        assertEquals(TEXTS[0], choice.path("text").stringValue());
    }

    @Test
    void generationWithAListOfStopsEndsBeforeTheFirst() {
        String free = bed.ask("/v1/completions", "{'prompt':['The king'],'temperature':0,'max_tokens':30,'seed':1234}")
                .text();
        String stop = free.substring(free.length() / 2, free.length() / 2 + 3);
        ObjectNode request = Bed.JSON.createObjectNode();
        request.putArray("prompt").add("The king").add("A bird");
        request.put("temperature", 0).put("max_tokens", 30).put("seed", 1234);
        request.putArray("stop").add(stop).add("<|endoftext|>");
        ObjectNode answer = bed.ask("/v1/completions", request.toString()).json();
        assertEquals(2, answer.path("choices").size());
        assertEquals(
                free.substring(0, free.indexOf(stop)),
                answer.path("choices").get(0).path("text").stringValue());
        assertEquals("stop", answer.path("choices").get(0).path("finish_reason").stringValue());
    }

    @Test
    void theRemoteTokenizerTellsItsTokensAndSpeaksBothWays() {
        ObjectNode info = bed.get("/tokenizer_info").json();
        assertEquals("<|im_end|>", info.path("eos_token").stringValue());
        assertTrue(info.has("bos_token") && info.has("pad_token"), info.toString());
        assertEquals(Bed.TEMPLATE, info.path("chat_template").stringValue());
        String text = "The king said: ½ 😀";
        int[] ids = Bed.ids(bed.ask(
                        "/tokenize",
                        Bed.JSON
                                .createObjectNode()
                                .put("prompt", text)
                                .put("add_special_tokens", false)
                                .toString())
                .json()
                .path("tokens"));
        assertArrayEquals(bed.assistant.tokenizer().encode(text), ids);
        ObjectNode back = Bed.JSON.createObjectNode();
        back.set("tokens", array(ids));
        assertEquals(
                text,
                bed.ask("/detokenize", back.toString()).json().path("prompt").stringValue());
    }
}
