package dev.athanor.tokenizer;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Components of Hugging Face's library that Athanor does not have are refused by their names. */
class UnknownComponentsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "BertNormalizer",
                "Lowercase",
                "NFD",
                "NFKC",
                "NFKD",
                "Nmt",
                "Precompiled",
                "Strip",
                "StripAccents",
                "ByteLevel"
            })
    void unknownNormalizersAreRefusedByName(String type) {
        String component = "{\"type\":\"" + type + "\"}";
        for (String json : List.of(
                component,
                "{\"type\":\"Sequence\",\"normalizers\":[" + component + "]}",
                "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"}," + component + "]}")) {
            assertRefusedByName(HostileTokenizerTest.normalizer(json), "normalizer", type);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BertPreTokenizer",
                "CharDelimiterSplit",
                "Digits",
                "FixedLength",
                "Punctuation",
                "Split",
                "UnicodeScripts",
                "Whitespace",
                "WhitespaceSplit"
            })
    void unknownPreTokenizersAreRefusedByName(String type) {
        String component = "{\"type\":\"" + type + "\"}";
        assertRefusedByName(HostileTokenizerTest.preTokenizer(component), "pre_tokenizer", type);
        assertRefusedByName(
                HostileTokenizerTest.steps(HostileTokenizerTest.PRE_TOKENIZER, component), "pre_tokenizer", type);
        assertRefusedByName(
                HostileTokenizerTest.steps(component, component, HostileTokenizerTest.PRE_TOKENIZER),
                "pre_tokenizer",
                type);
        if (!type.equals("Digits") && !type.equals("Split")) {
            assertRefusedByName(
                    HostileTokenizerTest.steps(component, HostileTokenizerTest.PRE_TOKENIZER), "pre_tokenizer", type);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Unigram", "WordLevel", "WordPiece", "bpe", "Magic"})
    void unknownModelsAreRefusedByName(String type) {
        assertRefusedByName(
                HostileTokenizerTest.with("\"type\":\"BPE\"", "\"type\":\"" + type + "\""), "model.type", type);
        assertRefusedByName(HostileTokenizerTest.model("{\"type\":\"" + type + "\",\"unk_id\":0}"), "model.type", type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"BPEDecoder", "ByteFallback", "CTC", "Metaspace", "Replace", "Strip", "WordPiece"})
    void unknownDecodersAreRefusedByName(String type) {
        assertRefusedByName(
                HostileTokenizerTest.with(
                        "\"decoder\":" + HostileTokenizerTest.PRE_TOKENIZER, "\"decoder\":{\"type\":\"" + type + "\"}"),
                "decoder",
                type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"BertProcessing", "RobertaProcessing", "Magic"})
    void unknownPostProcessorsAreRefusedByName(String type) {
        assertRefusedByName(HostileTokenizerTest.postProcessor("{\"type\":\"" + type + "\"}"), "post_processor", type);
    }

    private static void assertRefusedByName(String json, String part, String type) {
        HostileTokenizerTest.assertSentence(
                assertThrows(TokenizerFormatException.class, () -> TokenizerJson.parse(json, "tokenizer.json")),
                "tokenizer.json: " + part,
                "expected",
                type);
    }
}
