package dev.athanor.generate.constraint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.tokenizer.Tokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** With GPT-2's vocabulary of 50,256 tokens, from the jar of jtokkit. */
class TokenMaskTest {
    private static final Words GPT2 = Words.load("r50k_base");
    private static final int STATES = 200;

    /** A vocabulary whose last two tokens are special and empty. */
    private record Words(byte[][] words) implements Tokenizer {
        static Words load(String name) {
            List<byte[]> words = new ArrayList<>();
            try (InputStream in = Tokenizer.class.getResourceAsStream("/com/knuddels/jtokkit/" + name + ".tiktoken")) {
                if (in == null) {
                    throw new IllegalStateException(name + " is not in the jar of jtokkit");
                }
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    words.add(Base64.getDecoder().decode(line.substring(0, line.indexOf(' '))));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            words.add("a".getBytes(StandardCharsets.UTF_8));
            words.add("{\"".getBytes(StandardCharsets.UTF_8));
            words.add(new byte[0]);
            return new Words(words.toArray(byte[][]::new));
        }

        @Override
        public int vocabularySize() {
            return words.length;
        }

        @Override
        public int[] encode(String text) {
            throw new AssertionError("a mask needs the bytes of tokens only");
        }

        @Override
        public byte[] bytes(int id) {
            return words[id].clone();
        }

        @Override
        public String decode(int... ids) {
            throw new AssertionError("a mask needs the bytes of tokens only");
        }

        @Override
        public boolean isSpecial(int id) {
            return id == words.length - 2;
        }

        @Override
        public int id(String token) {
            return -1;
        }

        @Override
        public int endOfText() {
            return -1;
        }
    }

    private static List<Constraint> constraints() {
        JsonMapper json = new JsonMapper();
        List<Constraint> all = new ArrayList<>();
        all.add(Constraint.anyJsonObject(ConstraintLimits.DEFAULT));
        all.add(Constraint.regex("[\\s\\S]*", ConstraintLimits.DEFAULT));
        all.add(Constraint.regex("(the|a) \\p{Lu}\\w{2,12}( and \\p{L}+)*\\.", ConstraintLimits.DEFAULT));
        for (String schema : List.of(
                "{'type':'object','properties':{'name':{'type':'string','maxLength':40},'age':{'type':'integer',"
                        + "'minimum':0,'maximum':150},'tags':{'type':'array','items':{'enum':['red','green','blue']}}},"
                        + "'required':['name'],'additionalProperties':false}",
                "{'type':'array','items':{'anyOf':[{'type':'string','format':'date-time'},{'type':'number'},"
                        + "{'$ref':'#'}]}}",
                "{'type':'string','pattern':'^[A-Z][a-z]+ [A-Z][a-z]+$'}")) {
            all.add(Constraint.jsonSchema(json.readTree(schema.replace('\'', '"')), ConstraintLimits.DEFAULT));
        }
        return all;
    }

    @Test
    void aMaskIsWhatTryingEveryTokenFinds() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        TokenMask masks = new TokenMask(GPT2);
        List<Constraint> constraints = constraints();
        for (int i = 0; i < STATES; ) {
            Constraint.State state =
                    constraints.get(random.nextInt(constraints.size())).start();
            for (int step = random.nextInt(30); step >= 0; step--) {
                BitSet mask = masks.allowed(state);
                assertEquals(slow(state), mask, "seed " + seed + ", state " + i);
                i++;
                if (mask.isEmpty()) {
                    assertTrue(state.mustEnd(), "seed " + seed + ": nothing may follow, and it is not the end");
                    break;
                }
                int token = mask.stream()
                        .skip(random.nextInt(mask.cardinality()))
                        .findFirst()
                        .orElseThrow();
                state = masks.advance(state, token).orElseThrow();
            }
        }
    }

    private static BitSet slow(Constraint.State state) {
        BitSet mask = new BitSet();
        for (int token = 0; token < GPT2.vocabularySize(); token++) {
            byte[] bytes = GPT2.words[token];
            Optional<Constraint.State> now = bytes.length == 0 ? Optional.empty() : Optional.of(state);
            for (int i = 0; i < bytes.length && now.isPresent(); i++) {
                now = now.get().next(bytes[i]);
            }
            mask.set(token, now.isPresent() && !GPT2.isSpecial(token));
        }
        return mask;
    }

    @Test
    void tokensThatAreSpecialOrEmptyAreNeverAllowed() {
        Constraint.State start =
                Constraint.anyJsonObject(ConstraintLimits.DEFAULT).start();
        TokenMask masks = new TokenMask(GPT2);
        int special = GPT2.vocabularySize() - 2;
        int empty = GPT2.vocabularySize() - 1;
        assertFalse(masks.allowed(start).get(special) || masks.allowed(start).get(empty));
        assertEquals(Optional.empty(), masks.advance(start, special));
        assertEquals(Optional.empty(), masks.advance(start, empty));
        assertThrows(IllegalArgumentException.class, () -> masks.advance(start, GPT2.vocabularySize()));
    }

    @Test
    void aMaskBelongsToWhoAskedForIt() {
        Constraint.State start =
                Constraint.anyJsonObject(ConstraintLimits.DEFAULT).start();
        TokenMask masks = new TokenMask(GPT2);
        BitSet first = masks.allowed(start);
        BitSet copy = (BitSet) first.clone();
        first.clear();
        assertEquals(copy, masks.allowed(start));
    }

    @Test
    void aMaskIsMadeSoonEnoughForEveryToken() {
        SplittableRandom random = new SplittableRandom(5);
        List<Constraint> constraints = constraints();
        TokenMask masks = new TokenMask(GPT2);
        for (Constraint constraint : constraints) {
            List<Long> nanos = new ArrayList<>();
            for (int round = 0; round < 40; round++) {
                Constraint.State state = constraint.start();
                for (int step = 0; step < 8 && !state.mustEnd(); step++) {
                    long begin = System.nanoTime();
                    BitSet mask = masks.walk(state);
                    nanos.add(System.nanoTime() - begin);
                    int token = mask.stream()
                            .skip(random.nextInt(mask.cardinality()))
                            .findFirst()
                            .orElseThrow();
                    state = masks.advance(state, token).orElseThrow();
                }
            }
            long[] sorted = nanos.subList(nanos.size() / 2, nanos.size()).stream()
                    .mapToLong(n -> n)
                    .sorted()
                    .toArray();
            System.out.printf(
                    "constraint %d: a mask takes %.2f ms in the median, %.2f ms at most%n",
                    constraints.indexOf(constraint), sorted[sorted.length / 2] / 1e6, sorted[sorted.length - 1] / 1e6);
            assertTrue(sorted[sorted.length / 2] < 200_000_000L, Arrays.toString(sorted));
        }
    }
}
