package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.describe.DescribedModel;
import dev.athanor.describe.KnownModel;
import dev.athanor.describe.KnownModels;
import dev.athanor.describe.ModelDescription;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.ModelConfig.Positions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code athanor describe} as a user types it. */
class DescribeTest {
    private static final Path PARITY = Path.of("..", "core", "src", "test", "resources", "parity");
    private static final long MACHINE = 64_000_000_000L;
    private static final int COLUMNS = 100;

    @TempDir
    Path directory;

    static Stream<String> names() {
        return KnownModels.all().stream().map(KnownModel::name);
    }

    /** The form programs rely on: these keys first, in this order. */
    @Test
    void theFirstKeysOfJsonAreFixed() {
        Outcome json = Outcome.of("describe", "gpt-neox-20b", "--json");
        assertEquals(0, json.code(), json.err());
        String golden =
                "{\"name\":\"gpt-neox-20b\",\"family\":\"gpt_neox\",\"layers\":44,\"d_model\":6144,\"heads\":64,"
                        + "\"kv_heads\":64,\"head_dim\":96,\"d_ff\":24576,\"vocab\":50432,\"context\":2048,"
                        + "\"parameters\":20554567680,\"parameters_non_embedding\":19934859264,"
                        + "\"qkv\":{\"matrices_per_layer\":3,\"matrices_total\":132,\"q\":[6144,6144],\"k\":[6144,6144],"
                        + "\"v\":[6144,6144],\"stored_as\":\"one matrix query_key_value [18432, 6144] holding Q, K and V "
                        + "interleaved head by head\"},\"flops_per_token_training\":128112058368,\"kv_bytes_per_token\":1081344,"
                        + "\"per_head\":{\"q_matrices\":2816,\"k_matrices\":2816,\"v_matrices\":2816,\"dimensions\":[6144,96]},";
        assertEquals(
                golden,
                json.out().substring(0, Math.min(golden.length(), json.out().length())));
        assertEquals(1, json.out().lines().count(), "one object on one line");
    }

    @Test
    void aFamilyThatIsOnlyCountedSaysSo() {
        Outcome page = Outcome.of("describe", "nanochat-d12");
        assertEquals(0, page.code(), page.err());
        assertTrue(page.out().startsWith("nanochat-d12: 286,261,730 parameters"), page.out());
        assertTrue(page.out().contains("does not open or run it"), page.out());
        Outcome json = Outcome.of("describe", "nanochat-d12", "--json");
        assertTrue(json.out().contains("\"parameters\":286261730,\"runs_here\":false"), json.out());
        assertEquals(2, Outcome.of("describe", "nanochat-d7").code());
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyKnownModelIsOneJsonObjectThatAddsUp(String name) {
        Outcome outcome = Outcome.of("describe", name, "--json");
        assertEquals(0, outcome.code(), outcome.err());
        JsonNode json = outcome.json();
        assertEquals(name, json.path("name").asString());
        long places = 0;
        for (JsonNode place : json.path("parameters_by_place")) {
            places += place.asLong();
        }
        assertEquals(json.path("parameters").asLong(), places);
        assertEquals(
                3 * json.path("layers").asInt(),
                json.path("qkv").path("matrices_total").asInt());
        assertEquals(
                json.path("layers").asLong() * json.path("kv_heads").asLong(),
                json.path("per_head").path("v_matrices").asLong());
        assertEquals(
                4 * json.path("parameters").asLong(),
                json.path("memory").path(0).path("weights_bytes").asLong());
        assertEquals(
                json.path("context").asInt(),
                json.path("by_context")
                        .path(json.path("by_context").size() - 1)
                        .path("context")
                        .asInt());
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyPageFitsAScreen(String name) {
        String page = DescriptionPage.of(DescribedModel.find(name), MACHINE);
        page.lines().forEach(line -> assertTrue(line.length() <= COLUMNS, line.length() + " columns: " + line));
        assertFalse(page.contains("null") || page.contains("NaN"), page);
    }

    @Test
    void theQuestionMostPeopleAskIsAnsweredOnTop() {
        Outcome page = Outcome.of("describe", "EleutherAI/GPT-NeoX-20B");
        assertEquals(0, page.code(), page.err());
        String top = String.join("\n", page.out().lines().limit(8).toList());
        for (String part : new String[] {"20,554,567,680", "132 matrices", "[6144, 6144]", "2,816", "[6144, 96]"}) {
            assertTrue(top.contains(part), part + " in:\n" + top);
        }
    }

    /** With 64 GB: 82.2 GB of F32 weights do not fit, 41.1 GB of BF16 do; training takes 328.9 GB. */
    @Test
    void thePageSaysWhatTheMachineHolds() {
        String page = DescriptionPage.of(DescribedModel.find("gpt-neox-20b"), MACHINE);
        assertTrue(
                page.lines()
                        .anyMatch(line ->
                                line.startsWith("  F32 ") && line.contains("82.2 GB") && line.endsWith("does not fit")),
                page);
        assertTrue(
                page.lines()
                        .anyMatch(line ->
                                line.startsWith("  BF16 ") && line.contains("41.1 GB") && line.endsWith("  fits")),
                page);
        assertTrue(
                page.lines()
                        .anyMatch(line -> line.startsWith("  Training takes 329 GB") && line.endsWith("does not fit")),
                page);
        JsonNode json = DescriptionJson.of(DescribedModel.find("gpt-neox-20b"), MACHINE);
        assertFalse(json.path("memory").path(0).path("fits").asBoolean());
        assertEquals(0, json.path("memory").path(0).path("context_that_fits").asInt());
        assertTrue(json.path("memory").path(1).path("fits").asBoolean());
        assertEquals(
                16 * 20_554_567_680L,
                json.path("training_adamw_f32").path("bytes").asLong());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "gpt-neox-sequential", "llama-gqa", "mistral-window", "qwen2", "qwen3"})
    void aFolderIsDescribedWithoutItsWeights(String name) throws IOException {
        Path folder = Files.createDirectories(directory.resolve(name));
        Files.copy(PARITY.resolve(name).resolve("config.json"), folder.resolve("config.json"));
        Outcome without = Outcome.of("describe", folder.toString(), "--json");
        assertEquals(0, without.code(), without.err());
        assertEquals(
                Outcome.of("describe", PARITY.resolve(name).toString(), "--json")
                        .out(),
                without.out());
        assertEquals(0, Outcome.of("describe", folder.toString()).code());
    }

    /** Sizes between 1 and what config.json may say, each order of magnitude as likely: a page or one sentence. */
    @Test
    void anyShapeHasAPageOrIsRefused() {
        long seed = 20;
        Random random = new Random(seed);
        List<KnownModel> known = KnownModels.all();
        int pages = 0;
        int refused = 0;
        for (int round = 0; round < 300; round++) {
            ModelConfig c = known.get(random.nextInt(known.size())).config();
            int heads = size(random, 12);
            ModelConfig any = new ModelConfig(
                    c.family(),
                    size(random, 24),
                    size(random, 24),
                    size(random, 8),
                    size(random, 24),
                    heads,
                    random.nextBoolean() ? heads : 1,
                    2 * size(random, 11),
                    size(random, 24),
                    c.norm(),
                    c.normEpsilon(),
                    c.activation(),
                    c.rotary().isPresent() ? new Positions.Rotary(1e4, 2) : new Positions.Learned(),
                    c.parallelResidual(),
                    c.qkNorm(),
                    c.qkvBias(),
                    c.attentionOutputBias(),
                    c.feedForwardBias(),
                    random.nextBoolean(),
                    random.nextBoolean() ? OptionalInt.empty() : OptionalInt.of(size(random, 24)),
                    0f,
                    c.bosToken(),
                    c.eosToken());
            String shape = "seed " + seed + ", round " + round + ": " + any;
            try {
                ModelDescription d = ModelDescription.of("any", any);
                String page = DescriptionPage.of(d, MACHINE);
                assertEquals(
                        List.of(),
                        page.lines().filter(line -> line.length() > COLUMNS).toList(),
                        shape);
                assertFalse(DescriptionJson.of(d, MACHINE).toString().contains(":-"), shape);
                pages++;
            } catch (IllegalArgumentException e) {
                assertTrue(String.valueOf(e.getMessage()).contains("fit into 63 bits"), shape + ": " + e);
                refused++;
            }
        }
        assertTrue(pages > 100 && refused > 5, pages + " pages, " + refused + " refused");
    }

    private static int size(Random random, int bits) {
        return 1 + random.nextInt(1 << random.nextInt(bits + 1));
    }

    /** A field that is not known may mean another model than the one described. */
    @Test
    void whatWasIgnoredIsToldOnStandardError() throws IOException {
        Files.writeString(directory.resolve("config.json"), "{\"model_type\":\"gpt2\",\"num_experts\":8}");
        Outcome outcome = Outcome.of("describe", directory.toString(), "--json");
        assertEquals(0, outcome.code(), outcome.err());
        assertEquals(124_439_808, outcome.json().path("parameters").asLong());
        assertTrue(outcome.err().contains("field num_experts is not known to Athanor and was ignored"), outcome.err());
    }

    @Test
    void theListNamesEveryModel() {
        Outcome list = Outcome.of("describe", "--list");
        assertEquals(0, list.code(), list.err());
        assertEquals(
                names().toList(),
                list.out().lines().map(line -> line.split(" ", 2)[0]).toList());
        JsonNode json = Outcome.of("describe", "--list", "--json").json();
        assertEquals(names().count(), json.size());
        assertEquals(124_439_808, json.path(0).path("parameters").asLong());
    }

    @Test
    void whatIsWrongIsOneSentence() throws IOException {
        Outcome.of("describe", "gpt-neox-2b").assertFailure(2, "near it: gpt-neox-20b");
        Outcome.of("describe", "no/such/folder").assertFailure(2, "athanor describe --list shows every name");
        Outcome.of("describe").assertFailure(2, "Expected a model or --list");
        Outcome.of("describe", "gpt2", "--list").assertFailure(2, "Expected a model or --list");
        Outcome.of("describe", directory.toString()).assertFailure(1, "expected a model directory with config.json");
        Files.writeString(directory.resolve("config.json"), "{\"model_type\":\"gpt2\",\"n_layer\":0}");
        Outcome.of("describe", directory.toString()).assertFailure(1, "expected n_layer to be a whole number");
        Files.writeString(
                directory.resolve("config.json"),
                "{\"model_type\":\"gpt2\",\"n_layer\":4096,\"n_embd\":16777216,\"n_head\":16,\"n_inner\":16777216,"
                        + "\"n_positions\":16777216,\"vocab_size\":16777216}");
        Outcome.of("describe", directory.toString()).assertFailure(2, "operations and bytes fit into 63 bits");
    }
}
