package dev.athanor.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.ModelConfig.Activation;
import dev.athanor.model.ModelConfig.Positions.Rotary;
import dev.athanor.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class HfConfigTest {
    private static final String BASE = "qwen3";

    static List<String> cases() {
        return Fixtures.CASES;
    }

    /** The configuration of a fixture with some fields replaced; a value null removes the field. */
    private static String with(String fixture, String changes) {
        try {
            ObjectNode base = (ObjectNode) StrictJson.object(
                    Files.readString(Fixtures.directory(fixture).resolve("config.json")), "base");
            JsonNode fields = StrictJson.mapper().readTree(changes.replace('\'', '"'));
            fields.properties().forEach(e -> {
                if (e.getValue().isString() && e.getValue().asString().equals("REMOVE")) {
                    base.remove(e.getKey());
                } else {
                    base.set(e.getKey(), e.getValue());
                }
            });
            return base.toString();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ModelConfig parse(String fixture, String changes) {
        return HfConfig.parse(with(fixture, changes), "config.json");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsWrittenReadsBackTheSame(String name) {
        ModelConfig config = Checkpoint.config(Fixtures.directory(name));
        assertEquals(config, HfConfig.parse(HfConfigWriter.config(config, DType.F32), "written"));
        assertEquals(List.of(), HfConfig.notes(HfConfigWriter.config(config, DType.BF16), "written"));
        assertEquals(List.of(), Checkpoint.notes(Fixtures.directory(name)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'rope_scaling':{'rope_type':'linear','factor':2.5}}",
                "{'rope_scaling':{'type':'yarn','factor':4.0,'original_max_position_embeddings':512}}",
                "{'rope_scaling':{'rope_type':'yarn','factor':4.0,'beta_fast':16,'beta_slow':2,'attention_factor':1.5}}",
                "{'rope_scaling':{'rope_type':'llama3','factor':32.0,'low_freq_factor':1.0,'high_freq_factor':4.0,"
                        + "'original_max_position_embeddings':8192}}"
            })
    void scaledRotationsAreReadInBothFormsAndWritten(String changes) {
        ModelConfig config = parse(BASE, changes);
        assertEquals(config, parse(BASE, changes.replace("rope_scaling", "rope_parameters")));
        assertEquals(config, HfConfig.parse(HfConfigWriter.config(config, DType.F32), "written"));
        assertNotEquals(parse(BASE, "{}"), config);
    }

    @Test
    void absentFieldsHaveTheDefaultsOfTransformers() {
        ModelConfig gpt2 = HfConfig.parse("{\"model_type\":\"gpt2\"}", "c");
        assertEquals(
                List.of(50257, 1024, 768, 12, 12, 3072),
                List.of(
                        gpt2.vocabularySize(),
                        gpt2.contextLength(),
                        gpt2.width(),
                        gpt2.layers(),
                        gpt2.heads(),
                        gpt2.feedForwardWidth()));
        assertEquals(OptionalInt.of(50256), gpt2.eosToken());
        assertTrue(gpt2.tiedHead());
        ModelConfig neox = HfConfig.parse("{\"model_type\":\"gpt_neox\"}", "c");
        assertEquals(
                List.of(50432, 2048, 6144, 44, 64, 24576),
                List.of(
                        neox.vocabularySize(),
                        neox.contextLength(),
                        neox.width(),
                        neox.layers(),
                        neox.heads(),
                        neox.feedForwardWidth()));
        assertEquals(new Rotary(10000, 24), neox.positions());
        ModelConfig llama = HfConfig.parse("{\"model_type\":\"llama\"}", "c");
        assertEquals(
                List.of(32000, 2048, 4096, 32, 32, 32, 11008, 128),
                List.of(
                        llama.vocabularySize(),
                        llama.contextLength(),
                        llama.width(),
                        llama.layers(),
                        llama.heads(),
                        llama.kvHeads(),
                        llama.feedForwardWidth(),
                        llama.headSize()));
        assertEquals(OptionalInt.of(2), llama.eosToken());
        ModelConfig mistral = HfConfig.parse("{\"model_type\":\"mistral\"}", "c");
        assertEquals(
                List.of(131072, 8, 14336),
                List.of(mistral.contextLength(), mistral.kvHeads(), mistral.feedForwardWidth()));
        assertEquals(OptionalInt.of(4096), mistral.slidingWindow());
        ModelConfig qwen2 = HfConfig.parse("{\"model_type\":\"qwen2\"}", "c");
        assertEquals(
                List.of(151936, 32768, 32, 22016),
                List.of(qwen2.vocabularySize(), qwen2.contextLength(), qwen2.kvHeads(), qwen2.feedForwardWidth()));
        assertEquals(OptionalInt.empty(), qwen2.eosToken());
        assertEquals(OptionalInt.empty(), qwen2.slidingWindow());
        assertEquals(
                128,
                HfConfig.parse("{\"model_type\":\"qwen3\",\"hidden_size\":1000}", "c")
                        .headSize());
    }

    @Test
    void theNewerFormOfRotationIsRead() {
        assertEquals(
                new Rotary(5000, 16),
                parse(BASE, "{'rope_theta':'REMOVE','rope_parameters':{'rope_theta':5000,'rope_type':'default'}}")
                        .positions());
        assertEquals(
                new Rotary(5000, 16),
                parse(BASE, "{'rope_theta':5000,'rope_parameters':{'rope_theta':5000.0}}")
                        .positions());
        assertEquals(
                new Rotary(300, 4),
                parse(
                                "gpt-neox-parallel",
                                "{'rotary_pct':'REMOVE','rotary_emb_base':'REMOVE',"
                                        + "'rope_parameters':{'rope_theta':300,'rope_type':'default','partial_rotary_factor':0.5}}")
                        .positions());
        assertEquals(
                new Rotary(1000000, 16), parse(BASE, "{'rope_scaling':null}").positions());
        assertEquals(
                new Rotary(1000000, 16),
                parse(BASE, "{'rope_scaling':{'rope_type':'default'}}").positions());
    }

    @Test
    void slidingWindowsFollowTransformers() {
        assertEquals(
                OptionalInt.empty(),
                parse("mistral-window", "{'sliding_window':null}").slidingWindow());
        assertEquals(
                OptionalInt.of(4096),
                parse("mistral-window", "{'sliding_window':'REMOVE'}").slidingWindow());
        assertEquals(OptionalInt.empty(), parse(BASE, "{'sliding_window':7}").slidingWindow());
        assertEquals(
                OptionalInt.of(7),
                parse(BASE, "{'sliding_window':7,'use_sliding_window':true,'max_window_layers':0}")
                        .slidingWindow());
        assertEquals(
                OptionalInt.empty(),
                parse(BASE, "{'sliding_window':7,'use_sliding_window':true,'max_window_layers':2}")
                        .slidingWindow());
        assertEquals(
                OptionalInt.empty(),
                parse(BASE, "{'layer_types':['full_attention','full_attention']}")
                        .slidingWindow());
        ModelConfig windowed = parse("qwen2", "{'sliding_window':7,'use_sliding_window':true,'max_window_layers':0}");
        assertEquals(windowed, HfConfig.parse(HfConfigWriter.config(windowed, DType.F32), "written"));
    }

    @Test
    void endTokensMayBeSeveral() {
        assertEquals(OptionalInt.of(5), parse(BASE, "{'eos_token_id':[5,6]}").eosToken());
        assertEquals(List.of(5, 6), HfConfig.endTokens("{\"eos_token_id\":[5,6]}", "c", 10));
        assertEquals(OptionalInt.empty(), parse(BASE, "{'eos_token_id':null}").eosToken());
        assertEquals(OptionalInt.empty(), parse(BASE, "{'eos_token_id':[]}").eosToken());
        ModelConfig none = parse("llama-gqa", "{'eos_token_id':null,'bos_token_id':null}");
        assertEquals(none, HfConfig.parse(HfConfigWriter.config(none, DType.F32), "written"));
    }

    @Test
    void biasesAndActivationsOfTheFamiliesAreRead() {
        ModelConfig llama = parse("llama-gqa", "{'attention_bias':true}");
        assertTrue(llama.qkvBias() && llama.attentionOutputBias());
        assertEquals(llama, HfConfig.parse(HfConfigWriter.config(llama, DType.F32), "written"));
        ModelConfig neox = parse("gpt-neox-parallel", "{'attention_bias':false,'hidden_act':'gelu_fast'}");
        assertTrue(!neox.qkvBias() && !neox.attentionOutputBias() && neox.feedForwardBias());
        assertEquals(Activation.GELU_TANH, neox.activation());
        assertEquals(neox, HfConfig.parse(HfConfigWriter.config(neox, DType.F32), "written"));
        assertEquals(
                Activation.GELU_ERF,
                parse("gpt2", "{'activation_function':'gelu'}").activation());
        assertEquals(96, parse("gpt2", "{'n_inner':96}").feedForwardWidth());
    }

    @Test
    void anUnknownFieldIsToldOf() {
        assertEquals(
                List.of("config.json: field logit_scale is not known to Athanor and was ignored"),
                HfConfig.notes(with(BASE, "{'logit_scale':2.0,'use_cache':true}"), "config.json"));
    }

    /** A changed field and what its refusal must say. */
    record Case(String fixture, String changes, String expected) {
        @Override
        public String toString() {
            return fixture + " " + changes;
        }
    }

    static List<Case> contradictions() {
        String foreign = "expected model_type to be one of gpt2, gpt_neox, llama, mistral, qwen2, qwen3, found ";
        return List.of(
                new Case(BASE, "{'model_type':'REMOVE'}", foreign + "nothing"),
                new Case(BASE, "{'model_type':'mamba'}", foreign + "\"mamba\""),
                new Case(BASE, "{'model_type':'LLAMA'}", foreign + "\"LLAMA\""),
                new Case(BASE, "{'model_type':7}", "expected model_type to be a string, found 7"),
                new Case(
                        BASE,
                        "{'vocab_size':0}",
                        "expected vocab_size to be a whole number between 1 and 16777216, found 0"),
                new Case(BASE, "{'vocab_size':-5}", "found -5"),
                new Case(BASE, "{'vocab_size':320.0}", "found 320.0"),
                new Case(BASE, "{'vocab_size':'320'}", "found \"320\""),
                new Case(BASE, "{'vocab_size':4294967296}", "found 4294967296"),
                new Case(BASE, "{'vocab_size':1e400}", "expected vocab_size to be a whole number"),
                new Case(BASE, "{'vocab_size':true}", "found true"),
                new Case(BASE, "{'vocab_size':[320]}", "found [320]"),
                new Case(
                        BASE,
                        "{'hidden_size':16777217}",
                        "expected hidden_size to be a whole number between 1 and 16777216"),
                new Case(
                        BASE,
                        "{'num_hidden_layers':2147483647}",
                        "expected num_hidden_layers to be a whole number between 1 and 4096"),
                new Case(BASE, "{'num_hidden_layers':0}", "expected num_hidden_layers"),
                new Case(BASE, "{'num_attention_heads':0}", "expected num_attention_heads"),
                new Case(
                        BASE,
                        "{'num_key_value_heads':3}",
                        "expected num_attention_heads to be a multiple of num_key_value_heads=3, found num_attention_heads=4"),
                new Case(BASE, "{'num_key_value_heads':8}", "to be a multiple of num_key_value_heads=8"),
                new Case(BASE, "{'num_key_value_heads':0}", "expected num_key_value_heads"),
                new Case(
                        BASE,
                        "{'head_dim':15}",
                        "expected an even number of rotated dimensions per head (head size 15"),
                new Case(BASE, "{'head_dim':1}", "expected an even number of rotated dimensions"),
                new Case(
                        BASE,
                        "{'head_dim':16777216}",
                        "expected num_attention_heads x head_dim to be at most 16777216, found 4 x 16777216"),
                new Case(BASE, "{'intermediate_size':0}", "expected intermediate_size"),
                new Case(BASE, "{'max_position_embeddings':-1}", "expected max_position_embeddings"),
                new Case(BASE, "{'rms_norm_eps':0}", "expected rms_norm_eps to be a number above 0, found 0"),
                new Case(BASE, "{'rms_norm_eps':-1e-6}", "expected rms_norm_eps"),
                new Case(BASE, "{'rms_norm_eps':1e-60}", "expected rms_norm_eps to be a positive number in F32"),
                new Case(BASE, "{'rms_norm_eps':1e999}", "expected rms_norm_eps"),
                new Case(BASE, "{'rms_norm_eps':'1e-6'}", "found \"1e-6\""),
                new Case(BASE, "{'hidden_act':'relu'}", "expected hidden_act to be silu or swish, found \"relu\""),
                new Case(BASE, "{'hidden_act':3}", "expected hidden_act to be a string"),
                new Case(
                        BASE,
                        "{'tie_word_embeddings':'yes'}",
                        "expected tie_word_embeddings to be true or false, found \"yes\""),
                new Case(
                        BASE, "{'tie_word_embeddings':1}", "expected tie_word_embeddings to be true or false, found 1"),
                new Case(BASE, "{'mlp_bias':true}", "expected mlp_bias to be false"),
                new Case(BASE, "{'rope_theta':0}", "expected rope_theta to be a number above 0"),
                new Case(
                        BASE,
                        "{'rope_scaling':{'rope_type':'llama3','factor':8.0}}",
                        "rope_scaling: expected original_max_position_embeddings beside this rope_type, found nothing"),
                new Case(
                        BASE,
                        "{'rope_scaling':{'type':'dynamic','factor':2.0}}",
                        "rope_scaling: expected rope_type to be default, linear, llama3 or yarn, found dynamic"),
                new Case(
                        BASE,
                        "{'rope_scaling':{'type':'linear','factor':0.5}}",
                        "expected a factor of at least 1, found 0.5"),
                new Case(
                        BASE,
                        "{'rope_scaling':{'type':'linear'}}",
                        "expected factor beside this rope_type, found nothing"),
                new Case(
                        BASE,
                        "{'rope_scaling':{'type':'linear','rope_type':'yarn','factor':2}}",
                        "expected type to agree with rope_type=yarn, found linear"),
                new Case(
                        BASE,
                        "{'rope_scaling':{'rope_type':'yarn','factor':2,'mscale':1.0}}",
                        "expected only rope_type, rope_theta, partial_rotary_factor, factor"),
                new Case(
                        BASE,
                        "{'rope_scaling':{'rope_type':'yarn','factor':2,'beta_fast':1,'beta_slow':2}}",
                        "0 < beta_slow <= beta_fast"),
                new Case(
                        BASE,
                        "{'rope_scaling':{'rope_type':'linear','factor':2},'rope_parameters':{'rope_type':'linear','factor':3}}",
                        "expected rope_scaling and rope_parameters to agree"),
                new Case(
                        BASE,
                        "{'rope_scaling':{'factor':2.0}}",
                        "rope_scaling: expected only rope_type, rope_theta, partial_rotary_factor, found factor"),
                new Case(BASE, "{'rope_scaling':'yarn'}", "expected rope_scaling to be an object or null"),
                new Case(
                        BASE,
                        "{'rope_parameters':{'rope_type':'yarn'}}",
                        "rope_parameters: expected factor beside this rope_type"),
                new Case(BASE, "{'rope_parameters':{'full_attention':{}}}", "found full_attention"),
                new Case(
                        BASE,
                        "{'rope_parameters':{'rope_theta':7}}",
                        "expected rope_theta to agree with rope_parameters.rope_theta=7.0, found 1000000.0"),
                new Case(
                        BASE,
                        "{'rope_parameters':{'rope_theta':'x'},'rope_theta':'REMOVE'}",
                        "rope_parameters: expected rope_theta to be a number above 0"),
                new Case(
                        BASE,
                        "{'use_sliding_window':true,'sliding_window':8,'max_window_layers':1}",
                        "expected a sliding window in all layers or in none"),
                new Case(
                        BASE,
                        "{'use_sliding_window':true,'sliding_window':0,'max_window_layers':0}",
                        "expected sliding_window to be a whole number between 1"),
                new Case(BASE, "{'use_sliding_window':true,'max_window_layers':-1}", "expected max_window_layers"),
                new Case(
                        BASE,
                        "{'layer_types':['full_attention','sliding_attention']}",
                        "expected layer_types to be 2 times full_attention"),
                new Case(BASE, "{'layer_types':['full_attention']}", "expected layer_types to be 2 times"),
                new Case(BASE, "{'layer_types':7}", "expected layer_types to be 2 times"),
                new Case(
                        BASE,
                        "{'eos_token_id':320}",
                        "expected eos_token_id to be null, a token id below vocab_size=320 or a list of them, found 320"),
                new Case(BASE, "{'eos_token_id':-1}", "expected eos_token_id"),
                new Case(BASE, "{'eos_token_id':[0,999]}", "found [0,999]"),
                new Case(BASE, "{'bos_token_id':'<s>'}", "expected bos_token_id"),
                new Case(BASE, "{'bos_token_id':1.5}", "expected bos_token_id"),
                new Case(BASE, "{'quantization_config':{'bits':4}}", "expected no quantization_config"),
                new Case(BASE, "{'is_encoder_decoder':true}", "expected is_encoder_decoder to be false"),
                new Case(
                        "llama-gqa",
                        "{'hidden_size':33}",
                        "expected hidden_size to be a multiple of num_attention_heads=4, found hidden_size=33"),
                new Case("llama-gqa", "{'partial_rotary_factor':2}", "expected partial_rotary_factor to be at most 1"),
                new Case("mistral-window", "{'sliding_window':0}", "expected sliding_window"),
                new Case("mistral-window", "{'sliding_window':'8'}", "expected sliding_window"),
                new Case("mistral-window", "{'attention_bias':true}", "expected attention_bias to be false"),
                new Case("gpt2", "{'n_embd':33}", "expected n_embd to be a multiple of n_head=4, found n_embd=33"),
                new Case(
                        "gpt2",
                        "{'activation_function':'relu'}",
                        "expected activation_function to be gelu or gelu_new"),
                new Case("gpt2", "{'n_inner':0}", "expected n_inner"),
                new Case("gpt2", "{'n_positions':0}", "expected n_positions"),
                new Case("gpt2", "{'scale_attn_weights':false}", "expected scale_attn_weights to be true"),
                new Case(
                        "gpt2",
                        "{'scale_attn_by_inverse_layer_idx':true}",
                        "expected scale_attn_by_inverse_layer_idx to be false"),
                new Case("gpt2", "{'reorder_and_upcast_attn':true}", "expected reorder_and_upcast_attn to be false"),
                new Case("gpt2", "{'add_cross_attention':true}", "expected add_cross_attention to be false"),
                new Case("gpt2", "{'pruned_heads':{'0':[1]}}", "expected no pruned_heads"),
                new Case(
                        "gpt-neox-parallel",
                        "{'hidden_size':33}",
                        "expected hidden_size to be a multiple of num_attention_heads=4"),
                new Case("gpt-neox-parallel", "{'rotary_pct':1.5}", "expected rotary_pct to be at most 1, found 1.5"),
                new Case(
                        "gpt-neox-parallel",
                        "{'rotary_pct':0.4}",
                        "expected an even number of rotated dimensions per head (head size 8 times rotary_pct=0.4), found 3"),
                new Case("gpt-neox-parallel", "{'rotary_pct':0}", "expected rotary_pct to be a number above 0"),
                new Case(
                        "gpt-neox-parallel",
                        "{'rotary_emb_base':-1}",
                        "expected rotary_emb_base to be a number above 0"),
                new Case("gpt-neox-parallel", "{'hidden_act':'swiglu'}", "expected hidden_act to be gelu"),
                new Case(
                        "gpt-neox-parallel",
                        "{'use_parallel_residual':'no'}",
                        "expected use_parallel_residual to be true or false"));
    }

    @ParameterizedTest
    @MethodSource("contradictions")
    void aContradictionIsOneSentence(Case c) {
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> parse(c.fixture, c.changes));
        Sentences.assertContains(e, "config.json: ", c.expected);
    }

    static List<String> notJson() {
        return List.of(
                "",
                " ",
                "{",
                "}",
                "[]",
                "7",
                "null",
                "\"x\"",
                "{\"a\":1,}",
                "{\"a\":1}{}",
                "{\"a\":1} x",
                "{'a':1}",
                "{\"model_type\":\"gpt2\",\"model_type\":\"llama\"}",
                "{\"a\":01}",
                "{\"a\":NaN}",
                "// c\n{}",
                "{\"a\":".repeat(1000) + "1" + "}".repeat(1000),
                "[".repeat(100_000),
                "{\"a\":" + "9".repeat(1000) + "}",
                "{\"" + "n".repeat(10_000) + "\":1}");
    }

    @ParameterizedTest
    @MethodSource("notJson")
    void whatIsNoJsonObjectIsOneSentence(String text) {
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> HfConfig.parse(text, "config.json"));
        Sentences.assertContains(e, "config.json: expected a JSON object, found ");
    }

    @Test
    void thereAreEnoughContradictions() {
        assertTrue(contradictions().size() >= 60, "cases: " + contradictions().size());
    }
}
