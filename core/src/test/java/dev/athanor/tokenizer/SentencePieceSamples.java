package dev.athanor.tokenizer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/** Generated tokenizer.json files of SentencePiece-style BPE: a vocabulary learned here, components by choice. */
final class SentencePieceSamples {
    private static final int SIZE = 1500;

    private final Map<String, Integer> vocabulary = new LinkedHashMap<>();
    private final List<List<String>> merges = new ArrayList<>();

    /** Components that a file may have. */
    record Choice(
            String normalizer,
            String preTokenizer,
            String decoder,
            boolean byteFallback,
            boolean fuseUnknown,
            boolean wholePieces,
            String added,
            String postProcessor) {}

    SentencePieceSamples(boolean bytes) {
        for (String name : List.of("<unk>", "<s>", "</s>")) {
            vocabulary.put(name, vocabulary.size());
        }
        if (bytes) {
            for (int b = 0; b < 256; b++) {
                vocabulary.put(String.format("<0x%02X>", b), vocabulary.size());
            }
        }
        learn();
    }

    /** Plain BPE over the characters of Shakespeare and some fragments, most frequent pair first. */
    private void learn() {
        Random random = new Random(11);
        StringBuilder text = new StringBuilder(Samples.shakespeare().substring(0, 60_000));
        for (int i = 0; i < 400; i++) {
            text.append(' ').append(Samples.random(random).replaceAll("[^\\p{L}\\p{N} ]", ""));
        }
        Map<String, Integer> counts = new TreeMap<>();
        for (String word : text.toString().split("[ \n]+")) {
            counts.merge("▁" + word, 1, Integer::sum);
        }
        Map<List<String>, Integer> words = new LinkedHashMap<>();
        counts.forEach((word, count) -> {
            List<String> symbols = new ArrayList<>();
            word.codePoints().forEach(c -> symbols.add(Character.toString(c)));
            words.put(symbols, count);
        });
        words.keySet()
                .forEach(symbols -> symbols.forEach(s -> {
                    if (s.codePointAt(0) < 0x2590 && !"ZQ".contains(s)) {
                        vocabulary.putIfAbsent(s, vocabulary.size());
                    }
                }));
        for (String spaces = "▁▁"; spaces.length() <= 8; spaces += spaces) {
            merges.add(List.of(spaces.substring(spaces.length() / 2), spaces.substring(spaces.length() / 2)));
            vocabulary.put(spaces, vocabulary.size());
        }
        while (vocabulary.size() < SIZE) {
            merge(words);
        }
    }

    private void merge(Map<List<String>, Integer> words) {
        Map<List<String>, Integer> pairs = new LinkedHashMap<>();
        words.forEach((symbols, count) -> {
            for (int i = 0; i + 1 < symbols.size(); i++) {
                if (vocabulary.containsKey(symbols.get(i)) && vocabulary.containsKey(symbols.get(i + 1))) {
                    pairs.merge(List.copyOf(symbols.subList(i, i + 2)), count, Integer::sum);
                }
            }
        });
        List<String> best = pairs.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
        String joined = best.get(0) + best.get(1);
        merges.add(best);
        vocabulary.putIfAbsent(joined, vocabulary.size());
        Map<List<String>, Integer> next = new LinkedHashMap<>();
        words.forEach((symbols, count) -> {
            List<String> merged = new ArrayList<>();
            for (int i = 0; i < symbols.size(); i++) {
                if (i + 1 < symbols.size() && symbols.subList(i, i + 2).equals(best)) {
                    merged.add(joined);
                    i++;
                } else {
                    merged.add(symbols.get(i));
                }
            }
            next.merge(merged, count, Integer::sum);
        });
        words.clear();
        words.putAll(next);
    }

    String json(Choice choice) {
        JsonMapper mapper = new JsonMapper();
        String model = "{\"type\":\"BPE\",\"dropout\":null,\"unk_token\":\"<unk>\",\"continuing_subword_prefix\":null,"
                + "\"end_of_word_suffix\":null,\"fuse_unk\":" + choice.fuseUnknown + ",\"byte_fallback\":"
                + choice.byteFallback + ",\"ignore_merges\":" + choice.wholePieces + ",\"vocab\":"
                + mapper.writeValueAsString(vocabulary) + ",\"merges\":" + mapper.writeValueAsString(merges) + "}";
        return "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":" + choice.added
                + ",\"normalizer\":" + choice.normalizer + ",\"pre_tokenizer\":" + choice.preTokenizer
                + ",\"post_processor\":" + choice.postProcessor + ",\"decoder\":" + choice.decoder + ",\"model\":"
                + model + "}";
    }

    int size() {
        return vocabulary.size();
    }
}
