package dev.athanor.generate.constraint;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** Texts of a constraint's own, and whether it takes a text. */
final class Walks {
    /** What closes most things of JSON, tried first once a text shall end. */
    private static final String CLOSERS = "\"}]";

    /** Enough to end what the patterns of tests begin. */
    private static final byte[] ENDING = "abcdxyz01\"}]:,-.nulé日".getBytes(StandardCharsets.UTF_8);

    private static final int MOST_STEPS = 30_000;

    private Walks() {}

    static boolean accepts(Constraint constraint, String text) {
        Optional<Constraint.State> now = Optional.of(constraint.start());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            now = now.flatMap(state -> state.next(b));
        }
        return now.map(Constraint.State::accepts).orElse(false);
    }

    /** Bytes that may follow. */
    static List<Byte> bytes(Constraint.State state) {
        List<Byte> allowed = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            if (state.next((byte) b).isPresent()) {
                allowed.add((byte) b);
            }
        }
        return allowed;
    }

    /** At random for {@code free} bytes, then to an end, which must come. */
    static String walk(Constraint constraint, SplittableRandom random, int free) {
        return walk(constraint, random, free, MOST_STEPS);
    }

    /** The same, where an end that chance has not found after {@code patience} bytes is searched for. */
    static String walk(Constraint constraint, SplittableRandom random, int free, int patience) {
        Constraint.State state = constraint.start();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int step = 0; step < MOST_STEPS; step++) {
            if (state.accepts() && (step >= free || state.mustEnd() || random.nextInt(8) == 0)) {
                return out.toString(StandardCharsets.UTF_8);
            }
            if (step > free + patience) {
                out.writeBytes(shortestEnd(state));
                return out.toString(StandardCharsets.UTF_8);
            }
            byte b = step < free ? anyByte(state, random) : closing(state, random);
            out.write(b);
            state = state.next(b).orElseThrow();
        }
        throw new AssertionError("no end after " + MOST_STEPS + " bytes");
    }

    /** Looks at the states from here, the near ones first. */
    private static byte[] shortestEnd(Constraint.State from) {
        record Path(Constraint.State state, byte[] bytes) {}
        Set<Constraint.State> seen = new HashSet<>(Set.of(from));
        Deque<Path> open = new ArrayDeque<>(List.of(new Path(from, new byte[0])));
        while (!open.isEmpty() && seen.size() < MOST_STEPS) {
            Path path = open.poll();
            if (path.state.accepts()) {
                return path.bytes;
            }
            for (byte b : towardsEnd(path.state)) {
                Constraint.State next = path.state.next(b).orElse(from);
                if (seen.add(next)) {
                    byte[] longer = Arrays.copyOf(path.bytes, path.bytes.length + 1);
                    longer[path.bytes.length] = b;
                    open.add(new Path(next, longer));
                }
            }
        }
        throw new AssertionError("no end within " + seen.size() + " states");
    }

    /**
     * Those that end most forms; where none of them may follow, as inside a character of several bytes, all that may.
     */
    private static List<Byte> towardsEnd(Constraint.State state) {
        List<Byte> ending = new ArrayList<>();
        for (byte b : ENDING) {
            if (state.next(b).isPresent()) {
                ending.add(b);
            }
        }
        return ending.isEmpty() ? bytes(state).stream().limit(3).toList() : ending;
    }

    private static byte anyByte(Constraint.State state, SplittableRandom random) {
        List<Byte> allowed = bytes(state);
        if (allowed.isEmpty()) {
            throw new AssertionError("no byte may follow and the text is not complete");
        }
        List<Byte> plain =
                allowed.stream().filter(b -> b > ' ' && b != '\\' && b < 127).toList();
        List<Byte> from = plain.isEmpty() || random.nextInt(10) == 0 ? allowed : plain;
        return from.get(random.nextInt(from.size()));
    }

    private static byte closing(Constraint.State state, SplittableRandom random) {
        for (int i = 0; i < CLOSERS.length() && random.nextInt(10) < 7; i++) {
            byte b = (byte) CLOSERS.charAt(i);
            if (state.next(b).isPresent()) {
                return b;
            }
        }
        return anyByte(state, random);
    }
}
